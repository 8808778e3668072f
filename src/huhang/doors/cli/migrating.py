"""Bringing the database to this version: roles, tables, grants, catalogue. Safe to repeat."""

from contextlib import nullcontext
from pathlib import Path

from huhang.base.database import apply_grants, as_owner, ensure_roles
from huhang.doors.cli.setup import target
from huhang.kernel.errors import Invalid


def migrate() -> int:
    """Runs migrations as the owner and renews the grants. Returns how many migrations were applied."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from huhang.doors.cli import fresh

    if not target().embedded:
        ensure_roles(target().dsn)
    with as_owner(connection):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            with nullcontext() if executor.loader.applied_migrations else fresh.drawing_only_what_changes(plan):
                call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        apply_grants(connection)
    return len(plan)


def load_catalog(root: Path) -> str:
    """Loads the catalogue files and says what changed.

    Raises:
        Invalid: a file has a problem; each is told, nothing was loaded.
    """
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.base.catalog import actions
    from huhang.cases.actions import clocks

    with acting(SYSTEM):
        done = actions.load(root, by=SYSTEM, now=timezone.now())
        if done.problems:
            raise Invalid("\n".join(str(p) for p in done.problems), hint="改正后再运行；一条都没有载入。")
        moved = clocks.recount(by=SYSTEM, now=timezone.now()) if done.added else 0
    return f"目录：新增 {done.added}，未变 {done.same}，停用 {done.withdrawn}；到期日重算后变动 {moved} 件"
