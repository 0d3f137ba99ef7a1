"""`python -m app`: the same as `shipbell`."""

from app.cli import main

if __name__ == "__main__":
    main()
