"""The story that every stand-in tells: who changed what, what was built, deployed, and which tickets it was for."""
