"""What other products would print of our facts, by their published logic: one file each, found by being there.

They are here to explain why numbers differ, and to hold our arithmetic against theirs; nothing else uses them.
"""
