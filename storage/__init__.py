"""The one file of data: schema, units of work, one module per subject."""
