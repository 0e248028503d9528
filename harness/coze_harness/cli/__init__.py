"""The command line: arguments in, one use case called, lines and an exit code out."""
