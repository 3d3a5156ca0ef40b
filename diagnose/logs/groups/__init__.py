"""Tables of log signatures, one file per group; ``diagnose.logs.signatures`` joins them in order of sharpness."""
