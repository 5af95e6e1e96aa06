"""Reads and writes SQL scripts in sqllogictest form, and runs their records through libpq without conversions.

A script is a list of records separated by blank lines:

    statement ok                     the statement succeeds
    statement error 22012            it fails with this SQLSTATE; `22012: message` fixes the message too
    query [rowsort]                  it returns what follows `----`: a line of `name:type` and one line per row,
                                     tab between values; `rowsort` where the order is not defined
    copy                             it is a COPY; data to send follow `<<<<`, data received follow `----`

A name behind the kind (`statement ok @two`) runs the record on another connection, opened when first named.
In values NULL is NULL, empty text is (empty), and \\n, \\t and \\\\ are escaped.
"""

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus

TYPES = {16: "boolean", 17: "bytea", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 26: "oid", 700: "real",
         701: "double", 705: "unknown", 1042: "char", 1043: "varchar", 1082: "date", 1083: "time", 1114: "timestamp",
         1184: "timestamptz", 1186: "interval", 1700: "numeric", 2950: "uuid", 19: "name", 18: "\"char\""}


class Record:
    def __init__(self, line, kind=None, sql="", connection="", sorted=False, data=None, expected=None, comment=()):
        self.line, self.kind, self.sql, self.connection = line, kind, sql, connection
        self.sorted, self.data, self.expected, self.comment = sorted, data, expected, list(comment)

    def write(self):
        lines = list(self.comment)
        if not self.sql:
            return "\n".join(lines)
        tail = f" @{self.connection}" if self.connection else ""
        if self.kind == "statement":
            lines += [f"statement {self.expected[0]}{tail}", self.sql]
        elif self.kind == "copy":
            lines += [f"copy{tail}", self.sql]
            if self.data is not None:
                lines += ["<<<<", *self.data]
            lines += ["----", *self.expected]
        else:
            lines += [f"query{' rowsort' if self.sorted else ''}{tail}", self.sql, "----", *self.expected]
        return "\n".join(lines)


def read(path):
    """The records of a script. Plain SQL between blank lines becomes records that still need recording."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    records, start = [], 0
    while start < len(lines):
        if not lines[start].strip():
            start += 1
            continue
        end = start
        while end < len(lines) and lines[end].strip():
            end += 1
        records += _chunk(lines[start:end], start + 1)
        start = end
    return records


def _chunk(lines, number):
    comment = []
    while lines and lines[0].startswith("#"):
        comment.append(lines.pop(0))
        number += 1
    if not lines:
        return [Record(number, comment=comment)]
    words = lines[0].split()
    connection = words[-1][1:] if words[-1].startswith("@") else ""
    if words[0] == "statement":
        return [Record(number, "statement", "\n".join(lines[1:]), connection, comment=comment,
                       expected=[" ".join(w for w in words[1:] if not w.startswith("@"))])]
    if words[0] in ("query", "copy"):
        body, expected, data = lines[1:], [], None
        if "----" in body:
            at = body.index("----")
            body, expected = body[:at], body[at + 1:]
        if "<<<<" in body:
            at = body.index("<<<<")
            body, data = body[:at], body[at + 1:]
        return [Record(number, words[0], "\n".join(body), connection, "rowsort" in words, data, expected, comment)]
    if words[0].startswith("@") and len(words) == 1:
        lines.pop(0)
    else:
        connection = ""
    records, sql, notes = [], [], []
    data = None
    if "<<<<" in lines:
        at = lines.index("<<<<")
        lines, data = lines[:at], lines[at + 1:]
    for line in lines:
        if line.startswith("#") and not sql:
            notes.append(line)
            continue
        sql.append(line)
        if line.rstrip().endswith(";"):
            records.append(Record(number, None, "\n".join(sql).rstrip().rstrip(";"), connection, data=data, comment=notes))
            sql, notes = [], []
    if sql:
        records.append(Record(number, None, "\n".join(sql), connection, data=data))
    records[0].comment = comment + records[0].comment
    return records


def _escape(value):
    if value is None:
        return "NULL"
    text = value.decode("utf-8", errors="replace")
    if text == "":
        return "(empty)"
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


class Runner:
    """Runs records on connections of its own."""

    def __init__(self, server, extended=False):
        self.server, self.extended, self.connections = server, extended, {}

    def close(self):
        for connection in self.connections.values():
            connection.close()

    def connection(self, name):
        if name not in self.connections or self.connections[name].closed:
            connection = self.server.connect(autocommit=True)
            for setting in ("timezone = 'UTC'", "datestyle = 'ISO, MDY'", "statement_timeout = '20s'"):
                connection.pgconn.exec_(f"SET {setting}".encode())
            self.connections[name] = connection
        return self.connections[name]

    def run(self, record):
        """('statement', ['ok' or 'error CODE: message']), ('query', lines) or ('copy', lines)."""
        connection = self.connection(record.connection)
        pgconn = connection.pgconn
        try:
            if self.extended and record.kind != "copy" and record.data is None:
                result = pgconn.exec_params(record.sql.encode(), None)
            else:
                result = pgconn.exec_(record.sql.encode())
            if result.status in (ExecStatus.COPY_IN, ExecStatus.COPY_OUT):
                return self.copy(pgconn, result, record)
        except psycopg.Error as problem:
            return "statement", [f"error connection lost: {problem}"]
        if result.status == ExecStatus.TUPLES_OK:
            head = "\t".join(f"{result.fname(i).decode()}:{TYPES.get(result.ftype(i), result.ftype(i))}" for i in range(result.nfields))
            rows = ["\t".join(_escape(result.get_value(r, c)) for c in range(result.nfields)) for r in range(result.ntuples)]
            return "query", [head] + rows
        return "statement", [self.outcome(result)]

    def outcome(self, result):
        if result.status in (ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY):
            return "ok"
        code = result.error_field(DiagnosticField.SQLSTATE)
        message = result.error_field(DiagnosticField.MESSAGE_PRIMARY)
        if code is None:
            return f"error connection lost: {result.error_message.decode(errors='replace').strip()}"
        return f"error {code.decode()}: {' '.join(message.decode().split())}"

    def copy(self, pgconn, result, record):
        lines = []
        if result.status == ExecStatus.COPY_IN:
            text = "".join(line + "\n" for line in record.data or [])
            pgconn.put_copy_data(text.encode())
            pgconn.put_copy_end(None)
        else:
            while True:
                size, data = pgconn.get_copy_data(0)
                if size <= 0:
                    break
                lines += bytes(data).decode().rstrip("\n").split("\n")
        final = pgconn.get_result()
        while pgconn.get_result():
            pass
        outcome = self.outcome(final)
        return "copy", lines + ([f"{final.command_status.decode()}"] if outcome == "ok" else [outcome])
