"""Send requests over the network: one way for blocking calls, one for asyncio, one through httpx."""
