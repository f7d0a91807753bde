"""Reading: one sequence as Python knows sequences, millions of slices, tables, and whole texts."""
