"""What `windtunnel import` does between reading a CI file and writing a scenario: find files, explain, choose."""
