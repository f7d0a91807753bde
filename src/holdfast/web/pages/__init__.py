"""The pages: one file per noun, each with its routes in `routes`."""
