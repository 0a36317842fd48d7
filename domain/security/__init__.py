"""Security: who may do what, with which token, and which secrets an attempt may see; every decision is audited."""
