//! Bad input: readers of what strangers type and write, fed with mutated and random text. `make fuzz` does the same
//! for longer.

use std::fs;

use pbx_cmdline::{Echo, Edit, Editor, Switch, Terminal, ValueKind, parse, quote, words};
use pbx_policy::{Policy, PolicyError};
use pbx_world::Scenario;
use proptest::collection::vec;
use proptest::prelude::*;
use support::workspace;

use super::rig::{PRODUCTS, SMALL};

/// What is done to a valid file.
#[derive(Clone, Debug)]
enum Mutation {
    /// The line is gone.
    Drop(usize),
    /// The line stands twice.
    Repeat(usize),
    /// What follows the first `=` of the line is this.
    Set(usize, String),
    /// The text ends after this many characters.
    Cut(usize),
    /// These characters stand in the text at that place.
    Insert(usize, String),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop_oneof![
        Just("\"\"".to_owned()),
        Just("-1".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("\"\u{0}\"".to_owned()),
        Just("true".to_owned()),
        "\\PC{0,20}",
    ];
    prop_oneof![
        (0..2_000_usize).prop_map(Mutation::Drop),
        (0..2_000_usize).prop_map(Mutation::Repeat),
        (0..2_000_usize, value).prop_map(|(line, value)| Mutation::Set(line, value)),
        (0..60_000_usize).prop_map(Mutation::Cut),
        (0..60_000_usize, ".{0,8}").prop_map(|(place, text)| Mutation::Insert(place, text)),
    ]
}

fn mutated(text: &str, mutations: &[Mutation]) -> String {
    mutations.iter().fold(text.to_owned(), |text, mutation| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let count = lines.len().max(1);
        let chars = text.chars().count().max(1);
        match mutation {
            Mutation::Drop(line) => drop((!lines.is_empty()).then(|| lines.remove(line % count))),
            Mutation::Repeat(line) => lines.extend(lines.get(line % count).cloned()),
            Mutation::Set(line, value) => {
                if let Some(line) = lines.get_mut(line % count)
                    && let Some((key, _)) = line.split_once('=')
                {
                    *line = format!("{key}= {value}");
                }
            }
            Mutation::Cut(place) => return text.chars().take(place % chars).collect(),
            Mutation::Insert(place, inserted) => {
                let (before, after): (String, String) =
                    (text.chars().take(place % chars).collect(), text.chars().skip(place % chars).collect());
                return before + inserted + &after;
            }
        }
        lines.join("\n")
    })
}

/// Fails unless every mistake names a line of the text and a field.
fn check(text: &str, error: &PolicyError) -> Result<(), TestCaseError> {
    prop_assert!(!error.mistakes.is_empty());
    for mistake in &error.mistakes {
        prop_assert!((1..=text.lines().count() + 1).contains(&mistake.line), "{}", error);
        prop_assert!(!mistake.field.is_empty() && !mistake.message.is_empty(), "{}", error);
    }
    prop_assert!(error.to_string().starts_with("file.toml:"), "{}", error);
    Ok(())
}

fn scenarios() -> Vec<String> {
    let names = ["scenarios/five-products.toml"];
    names.iter().map(|it| fs::read_to_string(workspace().join(it)).expect("a scenario")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_wrong_policy_is_an_error_that_names_its_line(
        which in 0..=PRODUCTS.len(),
        mutations in vec(mutation(), 1..6),
    ) {
        let text = mutated(PRODUCTS.get(which).map_or(SMALL, |it| it.policy), &mutations);
        if let Err(error) = Policy::parse("file.toml", &text) {
            check(&text, &error)?;
        }
    }

    #[test]
    fn a_wrong_scenario_is_an_error_that_names_its_line(mutations in vec(mutation(), 1..6)) {
        for scenario in scenarios() {
            let text = mutated(&scenario, &mutations);
            if let Err(error) = Scenario::parse("file.toml", &text) {
                check(&text, &error)?;
            }
        }
    }

    #[test]
    fn no_text_at_all_makes_a_reader_panic(text in ".{0,400}") {
        if let Err(error) = Policy::parse("file.toml", &text) {
            check(&text, &error)?;
        }
        if let Err(error) = Scenario::parse("file.toml", &text) {
            check(&text, &error)?;
        }
    }

    #[test]
    fn bytes_at_a_prompt_make_lines_that_split_and_parse_or_are_refused(
        bytes in vec(any::<u8>(), 0..3_000),
        columns in proptest::option::of(any::<u16>()),
    ) {
        let mut editor = Editor::new(columns.map_or(Terminal::None, Terminal::Columns));
        editor.begin("> ", Echo::Shown);
        let mut rest = bytes.as_slice();
        while let Some(edit) = editor.feed(&mut rest) {
            if let Edit::Line(line) = &edit {
                prop_assert!(line.len() <= pbx_cmdline::LINE_BYTES_MAX);
                read(line)?;
            }
            if !matches!(edit, Edit::Echo(_)) {
                editor.begin("> ", Echo::Shown);
            }
        }
        read(&String::from_utf8_lossy(&bytes))?;
    }
}

/// Words come back when they are quoted; switches are read or refused.
fn read(line: &str) -> Result<(), TestCaseError> {
    let Ok(split) = words(line) else { return Ok(()) };
    let quoted: Vec<String> = split.iter().map(|it| quote(it)).collect();
    prop_assert_eq!(words(&quoted.join(" ")), Ok(split.clone()));
    let dir = Switch { short: Some('d'), long: "dir", value: ValueKind::Numbers, required: true, help: "" };
    let _ = parse(&[dir], &split);
    Ok(())
}
