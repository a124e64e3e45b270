from pathlib import Path

from generator.output_tree import Header


def test_a_stamp_goes_on_what_has_comments_and_no_head_and_ends_it_with_one_line_end(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "py.typed").write_text("", "utf-8")
    (tmp_path / "a.yaml").write_text("symbol: MØTH-USDT\n\n", "utf-8")
    (tmp_path / "a.json").write_text("{}\n", "utf-8")
    (tmp_path / "package" / "a.py").write_text("# Written with its head.\n", "utf-8")
    header = Header("1.2.3", "ab" * 32)
    header.stamp(tmp_path)
    assert (tmp_path / "package" / "py.typed").read_text("utf-8") == str(header)
    assert (tmp_path / "a.yaml").read_text("utf-8") == f"{header}\nsymbol: MØTH-USDT\n"
    assert (tmp_path / "a.json").read_text("utf-8") == "{}\n"
    assert (tmp_path / "package" / "a.py").read_text("utf-8") == "# Written with its head.\n"
    assert "version 1.2.3,\n# SHA-256 abab" in str(header)
    assert all(line.startswith("# ") for line in str(header).splitlines())
