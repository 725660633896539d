"""The parser's scanner, mended where it refuses valid YAML.

ruamel.yaml takes a tab outside of quotes for an error, even at the end of a line, and refuses block scalars that
begin with a short blank line, and keys in braces that go over several lines. The rules here are those of YAML 1.2:
tabs may separate, but not indent.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml.scanner import Scanner, ScannerError

_BREAKS = "\r\n\x85\u2028\u2029"
_ENDS = f"\0{_BREAKS}"


class TolerantScanner(Scanner):
    """Reads all tabs that YAML allows. A position never changes: tokens are where they are in the text."""

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and line breaks. After a tab no block can begin on the same line."""
        if self.reader.index == 0 and self.reader.peek() == "\ufeff":
            self.reader.forward()
        while True:
            self._skip(" ")
            if self.reader.peek() == "\t":
                self._skip_tabs()
            if self.reader.peek() == "#":
                self._skip_to(_ENDS)
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def _skip_tabs(self) -> None:
        """Skip blanks that begin with a tab. No block can begin after them on the same line."""
        starts_line, column = self._is_at_indentation(), self.reader.column
        self._skip(" \t")
        if self.flow_level or self.reader.peek() in f"#{_ENDS}":
            return
        if starts_line and column <= self.indent:
            raise ScannerError(None, None, "a tab indents", self.reader.get_mark())
        self.allow_simple_key = False

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:  # noqa: ARG002 - as the parser calls it
        """The blanks in a plain scalar, and the line breaks with the indentation behind them."""
        length = self._count(" \t")
        blanks = self.reader.prefix(length)
        self.reader.forward(length)
        if self.reader.peek() not in _BREAKS:
            return [blanks] if blanks else []
        first = self.scan_line_break()
        self.allow_simple_key = True
        breaks: list[Any] = []
        while not self._is_at_marker():
            self._skip(" ")
            length = self._count(" \t")
            if self.reader.peek(length) not in _BREAKS:
                if self.flow_level or self.reader.column >= indent:
                    self.reader.forward(length)
                folded = [" "] if first == "\n" and not breaks else [] if first == "\n" else [first]
                return [*folded, *breaks]
            self.reader.forward(length)
            breaks.append(self.scan_line_break())
        return None

    def scan_block_scalar_indicators(self, start_mark: Any) -> Any:
        """The chomping and the indentation of a block scalar (`|+2`), with the blanks behind them."""
        chomping, increment = None, None
        while (ch := self.reader.peek()) in "+-123456789":
            if ch in "+-" and chomping is None:
                chomping = ch == "+"
            elif ch not in "+-" and increment is None:
                increment = int(ch)
            else:
                break
            self.reader.forward()
        if self.reader.peek() not in f" \t{_ENDS}":
            raise ScannerError("while scanning a block scalar", start_mark, "bad header", self.reader.get_mark())
        self._skip(" \t")
        return chomping, increment

    def scan_block_scalar_indentation(self) -> Any:
        """The blank lines at the beginning of a block scalar, and the column of its first other line."""
        breaks: list[Any] = []
        deepest = 0
        end_mark = self.reader.get_mark()
        while True:
            self._skip(" ")
            column = self.reader.column
            if self.reader.peek() not in _BREAKS:
                break
            deepest = max(deepest, column)
            breaks.append(self.scan_line_break())
            end_mark = self.reader.get_mark()
        if self.reader.peek() == "\0" or column <= self.indent:
            return breaks, max(deepest, column), end_mark
        if deepest > column:
            raise ScannerError(None, None, "a blank line is deeper than the first line", self.reader.get_mark())
        return breaks, column, end_mark

    def stale_possible_simple_keys(self) -> None:
        """Forget the keys that are too long ago. Those in braces may go over several lines."""
        kept = {
            level: key
            for level, key in self.possible_simple_keys.items()
            if level and self.flow_context[level - 1] == "{"
        }
        for level in kept:
            del self.possible_simple_keys[level]
        super().stale_possible_simple_keys()
        self.possible_simple_keys.update(kept)

    def _is_at_indentation(self) -> bool:
        """Whether only blanks come before the current position in its line."""
        reader = self.reader
        return not reader.buffer[reader.pointer - reader.column : reader.pointer].strip(" ")

    def _is_at_marker(self) -> bool:
        """Whether a document ends or begins here."""
        return self.reader.prefix(3) in {"---", "..."} and self.reader.peek(3) in f" \t{_ENDS}"

    def _count(self, characters: str) -> int:
        length = 0
        while self.reader.peek(length) in characters:
            length += 1
        return length

    def _skip(self, characters: str) -> int:
        """Skip these characters, and return how many there were."""
        length = self._count(characters)
        self.reader.forward(length)
        return length

    def _skip_to(self, characters: str) -> None:
        while self.reader.peek() not in characters:
            self.reader.forward()
