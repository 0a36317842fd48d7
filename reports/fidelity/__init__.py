"""What the simulator must reproduce: closed forms, published tables and recorded logs, through the whole engine."""
