use super::*;
use crate::{Entry, ParseEntryError};

fn site() -> SiteId {
    SiteId::parse("north").expect("valid")
}

fn plain() -> Record {
    Record::new(Timestamp::from_millis(1_500), site(), "mx-one", "ssh", "auth.rejected", Outcome::Refused)
}

fn full(text: &str) -> Record {
    let words = || Cow::Owned(text.to_owned());
    let mut record = Record::new(TIME_MAX, site(), words(), words(), words(), Outcome::Refused)
        .with_actor(Pseudonym::new(text))
        .with_role(words())
        .with_source(text)
        .with_session(text)
        .with_object(Object { kind: words(), name: text.to_owned() })
        .with_reason(words())
        .with_digests(Some(text.to_owned()), Some(text.to_owned()));
    for number in 0..40 {
        record = record.with_control(words()).with_detail(format!("{number}{}", "n".repeat(99)), text);
    }
    record
}

#[track_caller]
fn check_round_trip(record: &Record) {
    let prev = Hash::of_leaf(b"before");
    let line = record.line(7, Some(&prev)).0;
    let entry = Entry::parse(&line).expect("a record that was written");
    assert_eq!((entry.seq, entry.prev), (7, Some(prev)));
    assert_eq!(entry.record.line(7, Some(&prev)).0, line);
}

#[test]
fn a_line_is_canonical_json() {
    let record = plain()
        .with_actor(Pseudonym::new("00ff"))
        .with_role("monitor")
        .with_object(Object::new("account", "17"))
        .with_detail("line", "disp \"sta\"")
        .with_detail("attempts", "2")
        .with_control("mx-one/lockout");
    let expected = concat!(
        r#"{"actor":"00ff","controls":["mx-one/lockout"],"detail":{"attempts":"2","line":"disp \"sta\""},"#,
        r#""event":"auth.rejected","object":{"kind":"account","name":"17"},"outcome":"refused","product":"mx-one","#,
        r#""role":"monitor","seq":0,"site":"north","surface":"ssh","time":"1970-01-01T00:00:01.500Z"}"#,
    );
    assert_eq!(String::from_utf8(record.line(0, None).0).expect("UTF-8"), expected);
}

#[test]
fn members_come_in_the_order_of_their_names() {
    let line = full("x").line(7, Some(&Hash::of_nothing())).0;
    let sorted: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
    assert_eq!(serde_json::to_vec(&sorted).expect("JSON"), line, "serde's map is sorted by name");
}

#[test]
fn a_line_reads_back_to_the_same_bytes() {
    check_round_trip(&plain());
    for text in [
        "",
        "x",
        "\u{1}\n\"",
        "\u{2026}",
        &"long ".repeat(300),
        &"\u{1}".repeat(999),
        &"\u{1f600}".repeat(999),
    ] {
        check_round_trip(&full(text));
    }
}

#[test]
fn a_record_reads_back_as_it_was() {
    let record = plain().with_detail("a", "b").with_source("192.0.2.1").with_control("c").with_reason("r");
    assert_eq!(Entry::parse(&record.line(3, None).0).expect("a record").record, record);
}

#[test]
fn no_line_is_longer_than_the_limit() {
    let longest = full(&"\u{1}".repeat(5_000)).line(u64::MAX, Some(&Hash::of_nothing())).0.len();
    assert!((2_500..=Record::LINE_BYTES_MAX).contains(&longest), "{longest}");
    for text in ["x", "\u{1f600}", "\"", "\u{7ff}"] {
        let line = full(&text.repeat(5_000)).line(u64::MAX, Some(&Hash::of_nothing())).0;
        assert!(line.len() <= Record::LINE_BYTES_MAX, "{text:?}: {}", line.len());
    }
}

#[test]
fn facts_are_cut_visibly() {
    let long = plain().with_detail("line", "x".repeat(VALUE_BYTES_MAX + 1));
    let text = String::from_utf8(long.line(0, None).0).expect("UTF-8");
    assert!(text.contains(&format!("{}\u{2026}\"", "x".repeat(VALUE_BYTES_MAX - CUT_MARK.len()))));

    let many = (0..9).fold(plain(), |it, fact| it.with_detail(format!("f{fact}"), "x".repeat(300)));
    let text = String::from_utf8(many.line(0, None).0).expect("UTF-8");
    assert!(
        text.contains("\"f2\"") && !text.contains("\"f3\"") && text.contains("\"\u{2026}\":\"6 more\""),
        "{text}"
    );
}

#[test]
fn a_fact_has_a_clean_name() {
    for (name, expected) in [("a.b-C_9", "a.b-C_9"), ("", "_"), ("a b\u{e9}", "a_b_"), ("\u{2026}", "_")] {
        assert!(plain().with_detail(name, "").detail().contains_key(expected), "{name:?}");
    }
    assert_eq!(clean_name(Cow::Owned("n".repeat(NAME_BYTES_MAX + 1))).len(), NAME_BYTES_MAX);
}

#[test]
fn a_moment_that_cannot_be_written_is_written_as_the_nearest() {
    for (millis, expected) in [
        (i64::MIN, "1970-01-01T00:00:00.000Z"),
        (-1, "1970-01-01T00:00:00.000Z"),
        (i64::MAX, "9999-12-30T21:59:59.999Z"),
    ] {
        let record = Record { time: Timestamp::from_millis(millis), ..plain() };
        let line = record.line(0, None).0;
        assert!(String::from_utf8_lossy(&line).contains(expected), "{millis}");
        assert!(Entry::parse(&line).is_ok());
    }
}

#[test]
fn what_the_recorder_did_not_write_does_not_parse() {
    let line = String::from_utf8(plain().line(0, None).0).expect("UTF-8");
    for (bad, why) in [
        (String::new(), ParseEntryError::NotARecord),
        ("{}".to_owned(), ParseEntryError::NotARecord),
        (line.replace('}', ",\"zone\":\"x\"}"), ParseEntryError::NotARecord),
        (line.replace("\"seq\":0", "\"seq\":-1"), ParseEntryError::NotARecord),
        (line.replace("refused", "denied"), ParseEntryError::NotARecord),
        (line.replace(",\"event", ", \"event"), ParseEntryError::NotARecord),
        (line.replace("\"seq\":0", "\"seq\": 0"), ParseEntryError::NotCanonical),
        (line.replace("ssh", "ss\\u0068"), ParseEntryError::NotCanonical),
        (line.replace("mx-one", &"x".repeat(4_000)), ParseEntryError::TooLong),
    ] {
        if bad != line {
            assert_eq!(Entry::parse(bad.as_bytes()), Err(why), "{bad}");
        }
    }
}
