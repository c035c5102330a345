"""办件的话 — commands the engine hears, events it says, and the state of a case in words."""
