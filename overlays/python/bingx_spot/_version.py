"""Name the version, for the package, the command line and the `User-Agent` header."""

# A literal, read by the build: asking the installed metadata costs every import 15 ms.
__version__ = "0.1.0"
