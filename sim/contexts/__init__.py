"""How each further context joins a run: what it hears, what it adds to an attempt, what it checks, what it reports."""
