use super::*;

fn failed(text: &str) -> (usize, usize, String) {
    let fault = read(text).unwrap_err();
    let mark = fault.mark.unwrap();
    (mark.line, mark.column, fault.message)
}

fn get<'a>(node: &'a Node, key: &str) -> &'a Node {
    let Value::Map(entries) = &node.value else { panic!("no map: {node:?}") };
    &entries.iter().find(|entry| entry.key == key).unwrap().node
}

#[test]
fn values_and_places() {
    let root =
        read("# note\na: 1\nb:\n  c: [x, 2.5, true, ~]\n  d: 'no'\n  e: |\n    one\n    two\n").unwrap();
    let root = root.unwrap();
    assert_eq!(get(&root, "a").value, Value::Int(1));
    assert_eq!(get(&root, "a").mark, Some(Mark { line: 2, column: 4 }));
    let Value::List(items) = &get(get(&root, "b"), "c").value else { panic!() };
    let values: Vec<_> = items.iter().map(|item| item.value.clone()).collect();
    assert_eq!(values, [Value::Text("x".into()), Value::Float(2.5), Value::Bool(true), Value::Null]);
    assert_eq!(items[1].mark, Some(Mark { line: 4, column: 10 }));
    assert_eq!(get(get(&root, "b"), "d").value, Value::Text("no".into()));
    assert_eq!(get(get(&root, "b"), "e").value, Value::Text("one\ntwo\n".into()));
}

#[test]
fn scalars_follow_the_core_schema() {
    for (text, value) in [
        ("0x1F", Value::Int(31)),
        ("0o17", Value::Int(15)),
        ("-3", Value::Int(-3)),
        ("1e3", Value::Float(1000.0)),
        ("1e400", Value::Text("1e400".into())),
        ("yes", Value::Text("yes".into())),
        ("'1'", Value::Text("1".into())),
        ("!!str 1", Value::Text("1".into())),
        ("-.inf", Value::Float(f64::NEG_INFINITY)),
        ("2026-01-01", Value::Text("2026-01-01".into())),
        ("1.2.3", Value::Text("1.2.3".into())),
        ("e", Value::Text("e".into())),
    ] {
        assert_eq!(read(text).unwrap().unwrap().value, value, "{text}");
    }
    assert!(matches!(read(".nan").unwrap().unwrap().value, Value::Float(n) if n.is_nan()));
}

#[test]
fn nothing_is_nothing() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "~"] {
        assert_eq!(read(text).unwrap(), None, "{text:?}");
    }
}

#[test]
fn a_repeated_key_knows_the_first() {
    let root = read("a: 1\nb: 2\na: 3\n").unwrap().unwrap();
    let Value::Map(entries) = root.value else { panic!() };
    assert_eq!(entries[2].first, Some(Mark { line: 1, column: 1 }));
    assert_eq!(entries[1].first, None);
}

#[test]
fn faults_are_told_in_words() {
    assert_eq!(failed("a:\n\tb: 1\n"), (2, 1, "a tab cannot indent YAML; use two spaces".into()));
    assert_eq!(failed("a: 1\n---\nb: 2\n").2, "a second document begins here; one file holds one document");
    assert_eq!(failed("a: one: two\n").2, "a colon too many; put a text that holds `: ` in quotes");
    assert_eq!(failed("a: [1, 2\n").2, "a list in brackets is not closed; a comma or `]` is missing");
    assert_eq!(
        failed("a: [1, 2\nb: 3\n").2,
        "a colon cannot stand here; a bracket before it may not be closed"
    );
    assert_eq!(failed("a: 'open\n").2, "a quote is not closed");
    assert_eq!(failed("a: *b\n").2, "an alias (`*name`) to an anchor (`&name`) that is not defined above it");
    assert_eq!(failed("a:\n  b: 1\n c: 2\n").2, "this line is not indented like its neighbours");
    assert_eq!(failed("[a, b]: 1\n").2, "a key must be a word, not a list or a group");
    assert_eq!(failed("a: !secret b\n").2, "the tag !secret has no meaning here; leave it out");
}

#[test]
fn signs_that_look_like_those_of_yaml_are_named_where_they_stand() {
    for (text, line, column, sign) in [
        ("a: 1\nname:\u{a0}Kit\nage: 3\n", 2, 6, "special space follows the colon"),
        ("a:\n-\u{a0}calm\nb: 2\n", 2, 2, "special space follows the hyphen"),
        ("- - one:\u{3000}two\n    b: 2\n", 1, 9, "special space follows the colon"),
        ("bot：\n  id: kit_001\n", 1, 4, "full-width colon"),
        ("bot:\n  id： kit_001\n  name: Kit\n", 2, 5, "full-width colon"),
        ("\u{a0}a: 1\nb: one: two\n", 1, 1, "special space"),
    ] {
        let (at, column_at, message) = failed(text);
        assert_eq!((at, column_at), (line, column), "{text:?}: {message}");
        assert!(message.contains(sign), "{text:?}: {message}");
    }
    // Inside a text they are a text's own.
    assert_eq!(failed("a: now：\u{a0}then\nb: one: two\n").0, 2);
}

#[test]
fn bombs_do_not_go_off() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb += &format!("a{level}: &a{level} [{items}]\n");
    }
    assert_eq!(failed(&bomb).2, "more than 10000 values, aliases included");
    assert!(failed("a: &a [*a]\n").2.contains("alias"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(failed(&deep).2.starts_with("nested"));
    let wide = "- x\n".repeat(30_000);
    assert_eq!(failed(&wide).2, "more than 10000 values, aliases included");
    let huge = "#".repeat(TEXT_MAX + 1);
    assert_eq!(read(&huge).unwrap_err().message, "the file is too large; at most 262144 bytes are read");
}

#[test]
fn anchors_work_where_they_are_honest() {
    let root = read("a: &n [1, 2]\nb: *n\n").unwrap().unwrap();
    assert_eq!(get(&root, "b").mark, Some(Mark { line: 2, column: 4 }));
    let Value::List(items) = &get(&root, "b").value else { panic!() };
    assert_eq!(items.len(), 2);
}

#[test]
fn bytes_must_be_utf8() {
    assert_eq!(decode(b"\xEF\xBB\xBFa: 1").unwrap(), "a: 1");
    let fault = decode(b"a: 1\nb: \xFCber\n").unwrap_err();
    assert_eq!(fault.mark, Some(Mark { line: 2, column: 4 }));
    assert_eq!(fault.message, "the byte 0xFC is not UTF-8; save the file as UTF-8");
    assert!(decode(b"\xFF\xFEa\0").unwrap_err().message.contains("UTF-16"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-c:\\-\\[\\]{}&*!|>'\"#%@, \\n\\t0-9~.]{0,80}") {
        let _ = read(&text);
    }
}
