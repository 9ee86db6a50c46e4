"""Settings, wiring and what every entrypoint shares: the only package that knows the adapters."""
