"""Every language's overlay against the vectors and the sandbox: `make conformance`."""
