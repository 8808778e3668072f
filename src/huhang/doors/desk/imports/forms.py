"""What is asked when a table is brought in."""

from django import forms
from django.utils.translation import gettext_lazy

from huhang.doors.desk.case.told import Told
from huhang.kernel.errors import Invalid


class Upload(Told):
    """The file, and what its columns are when their headings do not say it."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，第一行是列名；先检查，不会马上导入"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    mapping = forms.CharField(
        label=gettext_lazy("列名对应"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("列名认不出来时写，一行一个，例如：来信标题=标题"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def pairs(text: str) -> dict[str, str]:
    """The lines of the column map.

    Raises:
        Invalid: a line without both sides.
    """
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        heading, mark, name = line.replace("＝", "=").partition("=")
        if not mark or not heading.strip() or not name.strip():
            raise Invalid(
                "列名对应要写成“文件里的列名=内容”，一行一个。", field="mapping", hint="例如：来信标题=标题。"
            )
        found[heading.strip()] = name.strip()
    return found
