"""一网 — the province-wide unified government office system."""
