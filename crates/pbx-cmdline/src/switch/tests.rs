use proptest::prelude::*;

use super::*;
use crate::words::words;

const fn row(short: Option<char>, long: &'static str, value: ValueKind, required: bool) -> Switch {
    Switch { short, long, value, required, help: "Does something." }
}

const TABLE: &[Switch] = &[
    row(Some('i'), "initiate", ValueKind::None, false),
    row(Some('d'), "dir", ValueKind::Numbers, true),
    row(None, "output", ValueKind::Number, false),
    row(Some('n'), "name", ValueKind::Text, false),
];

fn read(line: &str) -> Result<Given, GrammarError> {
    parse(TABLE, &words(line).expect("balanced"))
}

#[track_caller]
fn refused(line: &str, error: GrammarError) {
    assert_eq!(read(line), Err(error), "{line}");
}

#[test]
fn every_spelling_of_a_switch_means_the_same() {
    let expected = read("--initiate --dir 5235..5236 --output 0");
    assert!(expected.is_ok());
    for line in
        ["-i -d 5235..5236 -output 0", "-initiate -dir=5235..5236 --output=0", "-output 0 -d=5235,5236 -i"]
    {
        assert_eq!(read(line), expected, "{line}");
    }
}

#[test]
fn values_come_back_as_their_kinds() {
    let given = read("-d all -n 'Ada L' -output 7").expect("valid");
    assert_eq!(given.numbers("dir"), Some(&Numbers::All));
    assert_eq!(given.text("name"), Some("Ada L"));
    assert_eq!(given.number("output"), Some(7));
    assert!(!given.has("initiate"));
    assert_eq!(given.text("dir"), None);
    assert_eq!(given.number("absent"), None);
}

#[test]
fn each_mistake_has_its_own_error() {
    refused("-d 1 -x", GrammarError::UnknownSwitch("-x".to_owned()));
    refused("-d 1 --o 1", GrammarError::UnknownSwitch("--o".to_owned()));
    refused("-d 1 --i", GrammarError::UnknownSwitch("--i".to_owned()));
    refused("-d 1 -", GrammarError::UnknownSwitch("-".to_owned()));
    refused("-d 1 --", GrammarError::UnknownSwitch("--".to_owned()));
    refused("-d 1 2", GrammarError::UnexpectedWord("2".to_owned()));
    refused("dir 1", GrammarError::UnexpectedWord("dir".to_owned()));
    refused("-d", GrammarError::MissingValue("dir"));
    refused("-d -i", GrammarError::MissingValue("dir"));
    refused("-d 1 --initiate=yes", GrammarError::UnexpectedValue("initiate"));
    refused("-d 1 -output x", GrammarError::NotANumber("output"));
    refused("-d 1 -output=-1", GrammarError::NotANumber("output"));
    refused("-d 1 -output +1", GrammarError::NotANumber("output"));
    refused("-d x", GrammarError::NotANumber("dir"));
    refused("-d 2..1", GrammarError::RangeBackwards("dir"));
    refused("-d 1..10001", GrammarError::RangeTooLarge("dir"));
    refused("-d 1 --dir 2", GrammarError::Repeated("dir"));
    refused("-i", GrammarError::MissingSwitch("dir"));
}

#[test]
fn errors_read_as_sentences_about_switches() {
    assert_eq!(GrammarError::MissingValue("dir").to_string(), "--dir needs a value");
    assert_eq!(GrammarError::RangeTooLarge("dir").to_string(), "--dir takes at most 10000 numbers at once");
    assert_eq!(usage(TABLE)[2].0, "    --output NUMBER");
    assert_eq!(usage(TABLE)[1].0, "-d, --dir NUMBERS");
}

#[test]
fn a_value_may_begin_with_a_dash_or_hold_an_equals_sign() {
    assert_eq!(read("-d 1 --name=-x=y").expect("valid").text("name"), Some("-x=y"));
}

proptest! {
    #[test]
    fn the_grammar_parses_what_it_prints(
        initiate: bool,
        dir in prop::collection::btree_set(0u32..99_999, 1..5),
        output in prop::option::of(any::<u64>()),
        name in prop::option::of(any::<String>()),
    ) {
        let dir: Vec<_> = dir.iter().map(u32::to_string).collect();
        let mut line = vec![format!("--dir={}", dir.join(","))];
        line.extend(initiate.then(|| "-i".to_owned()));
        line.extend(output.map(|it| format!("-output={it}")));
        line.extend(name.map(|it| format!("-n={it}")));
        let given = parse(TABLE, &line);
        prop_assert!(given.is_ok());
        let printed = given.as_ref().map(ToString::to_string).unwrap_or_default();
        prop_assert_eq!(parse(TABLE, &words(&printed).unwrap_or_default()), given);
    }

    #[test]
    fn any_words_are_parsed_or_refused(line in prop::collection::vec("[-=a-z0-9.,]{0,8}", 0..6)) {
        let _ = parse(TABLE, &line);
    }
}
