//! What is typed at a prompt: the editor, the splitting into words, the switches.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pbx_cmdline::{Echo, Edit, Editor, LINE_BYTES_MAX, Switch, Terminal, ValueKind, parse, quote, words};

fuzz_target!(|bytes: &[u8]| {
    for terminal in [Terminal::None, Terminal::Columns(0), Terminal::Columns(7), Terminal::Columns(200)] {
        // What an editor says does not depend on how its bytes were split.
        let whole = edits(terminal, bytes.chunks(bytes.len().max(1)));
        assert_eq!(edits(terminal, bytes.chunks(1)), whole);
        for line in whole {
            assert!(line.len() <= LINE_BYTES_MAX);
            read(&line);
        }
    }
    read(&String::from_utf8_lossy(bytes));
});

/// The lines that an editor makes of the bytes.
fn edits<'a>(terminal: Terminal, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let mut editor = Editor::new(terminal);
    editor.begin("> ", Echo::Shown);
    let mut lines = Vec::new();
    for mut chunk in chunks {
        while let Some(edit) = editor.feed(&mut chunk) {
            match edit {
                Edit::Line(line) => {
                    lines.push(line);
                    editor.begin("> ", Echo::Shown);
                }
                Edit::Secret(_) | Edit::Interrupt | Edit::TooLong => editor.begin("> ", Echo::Shown),
                Edit::Complete(_) => drop(editor.complete(&["extension".to_owned(), "exit".to_owned()])),
                Edit::Echo(_) | Edit::EndOfInput => {}
            }
        }
    }
    lines
}

/// Words come back when they are quoted; switches are read or refused.
fn read(line: &str) {
    let Ok(words) = words(line) else { return };
    let quoted: Vec<String> = words.iter().map(|it| quote(it)).collect();
    assert_eq!(pbx_cmdline::words(&quoted.join(" ")), Ok(words.clone()));
    let _ = parse(SWITCHES, &words);
}

const SWITCHES: &[Switch] = &[
    switch(Some('i'), "initiate", ValueKind::None, false),
    switch(Some('d'), "dir", ValueKind::Numbers, true),
    switch(Some('l'), "lim", ValueKind::Number, false),
    switch(None, "name1", ValueKind::Text, false),
];

const fn switch(short: Option<char>, long: &'static str, value: ValueKind, required: bool) -> Switch {
    Switch { short, long, value, required, help: "" }
}
