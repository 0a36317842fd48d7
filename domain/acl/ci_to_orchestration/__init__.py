"""What every CI format shares on its way to Orchestration: documents and their shapes, imported jobs, findings."""
