"""The `huhang` command."""

import os
import sys

import click

from huhang.kernel.errors import Refusal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huhang.conf.settings")


class Told(click.Group):
    """Refusals are told in one sentence with what to do, never as a stack of lines."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; a refusal ends it with status 1."""
        try:
            return super().invoke(ctx)
        except Refusal as problem:
            click.secho(problem.text, fg="red", err=True)
            if problem.hint:
                click.echo(problem.hint % problem.params if problem.params else problem.hint, err=True)
            sys.exit(1)


@click.group(cls=Told)
def main() -> None:
    """护航：城市公安机关与企业、居民之间的工作系统。"""


def _add() -> None:
    from huhang.doors.cli import (
        cards,
        catalog,
        counts,
        database,
        demo,
        doctor,
        journal,
        papers,
        requests,
        routing,
        running,
        server,
    )

    for room in (server, database, catalog, journal, papers, requests, routing, cards, counts, demo, doctor, running):
        for command in room.COMMANDS:
            main.add_command(command)


_add()

if __name__ == "__main__":
    main()
