"""Input of a bulk run: CSV and JSON Lines, and what is said of a row that cannot be sent."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import CancelRequest, InvalidInput
from bingx_spot.bulk.input_rows import BadRow, Row, Rows

ORDER_ID = 1735964079647111281


def rows(text: str | bytes) -> list[Row | BadRow]:
    content = text.encode() if isinstance(text, str) else text
    return list(Rows(io.BytesIO(content)))


def reason(text: str | bytes) -> str:
    [row] = rows(text)
    assert isinstance(row, BadRow)
    return row.reason


@pytest.mark.parametrize(
    "text",
    [
        f"symbol,orderId\nBTC-USDT,{ORDER_ID}\n",
        f"symbol,order_id\nBTC-USDT,{ORDER_ID}",
        f"\ufeffsymbol,orderId\r\nBTC-USDT,{ORDER_ID}\r\n",
        f'"Order ID";"Symbol";"price"\n"{ORDER_ID}";"BTC-USDT";"1,5"\n',
        f"orderId\tclientOrderID\tsymbol\n {ORDER_ID} \t\tBTC-USDT\n",
        f"symbol,orderId\rBTC-USDT,{ORDER_ID}\r",
        f"PK,symbol,orderId\n1,BTC-USDT,{ORDER_ID}\n",  # a workbook begins with PK too
    ],
)
def test_csv_as_programs_and_spreadsheets_write_it(text):
    assert rows(text) == [Row(2, CancelRequest("BTC-USDT", order_id=ORDER_ID))]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"symbol": "BTC-USDT", "orderId": {ORDER_ID}}}\n',
        f'\ufeff{{"symbol": "BTC-USDT", "orderId": "{ORDER_ID}"}}\r\n',
        f'{{"symbol": "BTC-USDT", "order_id": {ORDER_ID}, "clientOrderID": null, "status": "NEW"}}',
    ],
)
def test_json_lines_with_ids_as_numbers_or_as_text(text):
    assert rows(text) == [Row(1, CancelRequest("BTC-USDT", order_id=ORDER_ID))]


def test_every_field_and_the_lines_on_which_rows_begin():
    text = (
        "\n\nsymbol,clientOrderID,cancelRestrictions,recvWindow,note\n"
        'MØTH-USDT,my-bot_0001,NEW,3000,"two\nlines"\n'
        "\n,,,,\n"
        "BTC-USDT,x,,,\n"
    )
    restricted = CancelRequest(
        "MØTH-USDT", client_order_id="my-bot_0001", cancel_restrictions="NEW", recv_window=3000
    )
    assert rows(text) == [Row(4, restricted), Row(8, CancelRequest("BTC-USDT", client_order_id="x"))]
    line = '{"symbol":"BTC-USDT","clientOrderID":"x","recvWindow":50.5}'
    assert rows(line) == [Row(1, CancelRequest("BTC-USDT", client_order_id="x", recv_window=50.5))]


@given(order_id=st.integers(1, 2**63 - 1), as_text=st.booleans())
def test_every_digit_of_an_order_id_survives(order_id, as_text):
    written = str(order_id) if as_text else order_id
    [row] = rows(json.dumps({"symbol": "BTC-USDT", "orderId": written}))
    assert isinstance(row, Row)
    assert row.request.order_id == order_id


@given(st.text() | st.binary())
def test_any_input_gives_rows_or_invalid_input(content):
    try:
        found = rows(content)
    except InvalidInput:
        return
    assert all(isinstance(row, Row | BadRow) for row in found)


@given(st.lists(st.fixed_dictionaries({"note": st.text()}), max_size=5))
def test_other_columns_do_not_affect_the_order(notes):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["note", "symbol", "orderId"])
    writer.writeheader()
    for number, note in enumerate(notes, 1):
        writer.writerow({**note, "symbol": "BTC-USDT", "orderId": number})
    found = rows(text.getvalue().encode("utf-8", "surrogatepass")) if notes else []
    for number, row in enumerate(found, 1):
        assert isinstance(row, Row)
        assert row.request == CancelRequest("BTC-USDT", order_id=number)
    assert len(found) == len(notes)


@pytest.mark.parametrize(
    "written", ["1.7E+18", "1,7E+18", "1.7e18", "1735964079647111280.0", "17359.", "1e18"]
)
def test_a_rounded_order_id_is_rejected_with_the_reason(written):
    assert "lost its last digits" in reason(f'symbol;orderId\nBTC-USDT;"{written}"\n')


@pytest.mark.parametrize("written", ["1.7e18", "1735964079647111280.0", '"1.7E+18"'])
def test_a_json_double_is_rejected_with_the_reason(written):
    assert "lost its last digits" in reason(f'{{"symbol":"BTC-USDT","orderId":{written}}}')


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("btc-usdt,1", "symbol is 'btc-usdt'"),
        ("BTC-USDT,", "and neither is"),
        ("BTC-USDT,12a", "orderId is '12a'"),
        ("BTC-USDT,0", "orderId is '0'"),
        ("BTC-USDT,99999999999999999999", "orderId is '99999999999999999999'"),
        ("BTC-USDT", "has 1 values"),
        ("BTC-USDT,1,2", "has 3 values"),
        ('"BTC-USDT"x,1', "is not CSV"),
        ('"BTC-USDT,1\nBTC-USDT,2\n', "up to line 3"),
        (b"B\xffTC-USDT,1", "is not UTF-8"),
    ],
)
def test_a_bad_row_of_csv_says_what_is_wrong(row, named):
    content = row if isinstance(row, bytes) else row.encode()
    assert named in reason(b"symbol,orderId\n" + content)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("{", "is not JSON"),
        ('{"symbol":"BTC-USDT","orderId":1,"orderId":2}', "names a member twice"),
        ('{"symbol":"BTC-USDT","orderId":1,"order_id":1}', "orderId is named twice"),
        ('{"symbol":"BTC-USDT","orderId":1,"cancelRestriction":"NEW"}', "did you mean cancelRestrictions?"),
        ('{"symbol":"BTC-USDT","orderId":true}', "orderId is True"),
        ('{"symbol":"BTC-USDT","orderId":NaN}', "orderId is 'NaN'"),
        ('{"symbol":"BTC-USDT","orderId":-7}', "orderId is -7"),
        ('{"symbol":"BTC-USDT","orderId":[1]}', "orderId is [1]"),
        ('{"symbol":"BTC-USDT","orderId":%s}' % ("9" * 5000), "orderId is '999"),
        ('{"symbol":"BTC-USDT","orderId":1,"recvWindow":"x"}', "recvWindow is 'x'"),
        ('{"orderId":1}', "symbol is missing"),
        ('{"symbol":"BTC-USDT","orderId":1,"clientOrderID":"x"}', "and both are"),
        ('{"a":' * 2000, "is not JSON"),
    ],
)
def test_a_bad_row_of_json_says_what_is_wrong(row, named):
    assert named in reason(row)


def test_a_json_line_that_is_not_an_object_is_a_bad_row():
    found = rows('{"symbol":"BTC-USDT","orderId":1}\n[1]\n7\n{"symbol":"BTC-USDT","orderId":2}\n')
    assert [type(row) for row in found] == [Row, BadRow, BadRow, Row]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b'[{"symbol":"BTC-USDT","orderId":1},', "is not JSON"),
        (b"symbol,price\nBTC-USDT,1\n", "header is"),
        (b"orderId\n1\n", "header is"),
        (b"symbol,orderId,cancelRestriction\n", "did you mean cancelRestrictions?"),
        (b"symbol,orderId,order_id\n", "is named twice"),
        ("symbol,orderId\n".encode("utf-16"), "is UTF-16"),
        (
            b"PK\x03\x04\x14",
            "is a workbook or another zip archive; allowed: UTF-8 text; in Excel, save as CSV UTF-8",
        ),
        (b"x" * 70_000, "line 1 is longer"),
        (b"symbol,orderId\n" + b"x" * 70_000, "line 2 is longer"),
    ],
)
def test_other_files_are_rejected_as_a_whole(content, named):
    with pytest.raises(InvalidInput) as caught:
        rows(content)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"symbol": "BTC-USDT", "orderId": {ORDER_ID}}}]',
        f'\n [\n  {{"symbol": "BTC-USDT",\n   "orderId": "{ORDER_ID}"}}\n]\n',
        f'[{{"id": "{ORDER_ID}", "clientOrderId": "x", "symbol": "BTC/USDT", "info": {{"a": 1, "a": 2}}}}]',
    ],
)
def test_a_json_list_is_read_as_rows(text):
    assert rows(text) == [Row(1, CancelRequest("BTC-USDT", order_id=ORDER_ID))]


def test_each_bad_object_of_a_json_list_is_a_bad_row_by_its_number():
    twice = '{"symbol":"BTC-USDT","orderId":1,"orderId":2}'
    found = rows(
        f'[7, {twice}, {{"symbol":"BTC-USDT","orderId":1.7e18}}, {{"symbol":"BTC-USDT","orderId":3}}]'
    )
    assert [(type(row), row.line) for row in found] == [(BadRow, 1), (BadRow, 2), (BadRow, 3), (Row, 4)]


def test_a_json_list_may_be_one_long_line():
    listed = [{"symbol": "BTC-USDT", "orderId": number} for number in range(1, 3001)]
    assert len(rows(json.dumps(listed))) == 3000
    assert rows("[]") == []


@pytest.mark.parametrize(
    "text",
    [
        f"id,clientOrderId,symbol,status\n{ORDER_ID},x,BTC/USDT,open\n",
        f",id,symbol\n0,{ORDER_ID},BTC/USDT\n",
        f"id,symbol\n{ORDER_ID},BTC-USDT\n",
    ],
)
def test_rows_as_ccxt_and_pandas_write_them(text):
    assert rows(text) == [Row(2, CancelRequest("BTC-USDT", order_id=ORDER_ID))]


def test_an_id_of_the_users_own_beside_a_client_order_id_is_no_order_id():
    [row] = rows("id,symbol,clientOrderID\n17,BTC-USDT,my-bot_0001\n")
    assert isinstance(row, Row)
    assert row.request == CancelRequest("BTC-USDT", client_order_id="my-bot_0001")
    assert "must be given, and neither is" in reason("id,symbol,clientOrderID\n17,BTC-USDT,\n")


def test_a_swap_of_ccxt_is_a_bad_row():
    assert "symbol is 'BTC/USDT:USDT'" in reason(f"id,symbol\n{ORDER_ID},BTC/USDT:USDT\n")


@pytest.mark.parametrize("mark", [";", "|", ","])
def test_the_line_that_names_the_separator_is_understood(mark):
    text = f"sep={mark}\r\nsymbol{mark}orderId\r\nBTC-USDT{mark}{ORDER_ID}\r\n"
    assert rows(text) == [Row(3, CancelRequest("BTC-USDT", order_id=ORDER_ID))]


def test_a_column_without_a_name_is_listed_as_such():
    reader = Rows(io.BytesIO(b",symbol,orderId\n0,BTC-USDT,1\n"))
    assert len(list(reader)) == 1
    assert reader.ignored == ["(no name)"]


def test_ids_that_end_in_zeros_beyond_the_16th_digit_are_counted():
    ids = [1735964079647111281, 1735964079647111000, 1735964079647110000, 17359640796471112, 1000]
    reader = Rows(io.BytesIO(b"symbol,orderId\n" + b"".join(b"BTC-USDT,%d\n" % each for each in ids)))
    assert len(list(reader)) == 5
    assert (reader.long_ids, reader.rounded) == (4, [3, 4])


def test_no_rows_are_allowed_where_the_caller_says_so():
    assert rows("symbol,orderId\n") == []
    assert list(Rows(io.BytesIO(b""), may_be_empty=True)) == []


def test_ignored_columns_are_listed():
    reader = Rows(io.BytesIO(b"symbol,orderId,price,side\nBTC-USDT,1,2,BUY\n"))
    assert len(list(reader)) == 1
    assert reader.ignored == ["price", "side"]
    reader = Rows(io.BytesIO(b'{"symbol":"BTC-USDT","orderId":1,"price":2}\n'))
    assert len(list(reader)) == 1
    assert reader.ignored == ["price"]
    reader = Rows(io.BytesIO(b"id,symbol,price\n1,BTC/USDT,2\n,BTC/USDT,2\n"))
    assert len(list(reader)) == 2
    assert reader.ignored == ["price"], "the id is the order id"
