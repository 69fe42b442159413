"""`python -m grader`."""

from grader.commands.app import main

if __name__ == "__main__":
    main()
