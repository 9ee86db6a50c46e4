"""A suite of tests for each port, in modules named like those of ``ports``.

Subclass a contract, override its fixtures with your adapter, and let pytest collect the subclass. Tests are async: with
anyio's pytest plugin set ``anyio_mode = "auto"`` and an ``anyio_backend`` fixture that returns ``"asyncio"``. No
contract needs a store's clock to be moved: rows are written as if they had been read hours ago.
"""
