"""The story of `make demo`, as a test."""

from demo import tell


def the_story_goes_as_told(stack):
    tell(stack)
