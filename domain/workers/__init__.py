"""Worker Management: machines ordered from providers, the workers started on them, and what they cost."""
