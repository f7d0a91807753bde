"""Writing: what one writer stages and commits, and the texts and tables that are loaded so."""
