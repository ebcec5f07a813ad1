"""Exit codes, on which scripts and supervisors rely."""

FAILED = 1
USAGE = 2
TOKEN_REFUSED = 78  # EX_CONFIG of sysexits.h: a supervisor must not start it again
