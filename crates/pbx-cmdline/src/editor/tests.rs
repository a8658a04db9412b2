use proptest::prelude::*;

use super::*;
use crate::{HISTORY_LINES_MAX, LINE_BYTES_MAX};

mod screen;

fn editor() -> Editor {
    let mut editor = Editor::new(Terminal::Columns(80));
    editor.begin("> ", Echo::Shown);
    editor
}

/// Everything an editor says to `chunks`, with neighbouring echoes joined.
fn say(editor: &mut Editor, chunks: &[&[u8]]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for chunk in chunks {
        let mut rest = *chunk;
        while let Some(edit) = editor.feed(&mut rest) {
            match (edits.last_mut(), edit) {
                (Some(Edit::Echo(all)), Edit::Echo(more)) => all.extend(more),
                (_, edit) => edits.push(edit),
            }
        }
    }
    edits
}

/// As [`say`], without the echoes.
fn events(editor: &mut Editor, bytes: &[u8]) -> Vec<Edit> {
    say(editor, &[bytes]).into_iter().filter(|it| !matches!(it, Edit::Echo(_))).collect()
}

/// The only line that typing `bytes` at a terminal yields.
#[track_caller]
fn check(bytes: &str, line: &str) {
    assert_eq!(events(&mut editor(), bytes.as_bytes()), [Edit::Line(line.to_owned())], "{bytes:?}");
}

fn echoes(edits: &[Edit]) -> Vec<u8> {
    let echo = |it: &Edit| if let Edit::Echo(bytes) = it { bytes.clone() } else { Vec::new() };
    edits.iter().flat_map(echo).collect()
}

#[test]
fn typing_is_echoed_and_a_line_ends_once() {
    let expected = [Edit::Echo(b"ab\r\n".to_vec()), Edit::Line("ab".to_owned())];
    for end in ["\r", "\n", "\r\n"] {
        assert_eq!(say(&mut editor(), &[format!("ab{end}").as_bytes()]), expected);
    }
}

#[test]
fn keys_edit_the_line() {
    check("ac\x1b[Db\r", "abc");
    check("abc\x7f\x08\r", "a");
    check("bc\x01a\x05d\r", "abcd");
    check("ab\x01\x1b[3~\r", "b");
    check("ab\x01\x04\r", "b");
    check("one two\x17x\r", "one x");
    check("one two  \x17x\r", "one x");
    check("abc\x1b[D\x15\r", "c");
    check("abc\x02\x02\x0b\r", "a");
    check("aé世\x1b[D\x7fb\r", "ab世");
    check("\x7f\x1b[D\x1b[3~\x17\x15\x0ba\0\x07\r", "a");
}

#[test]
fn arrows_walk_the_history_and_come_back_to_the_draft() {
    let mut editor = editor();
    events(&mut editor, b"one\rtwo\rtwo\r \r");
    assert_eq!(editor.history.lines(), ["one", "two"]);
    assert_eq!(events(&mut editor, b"dr\x1b[A\x1b[A\x1b[A\r"), [Edit::Line("one".to_owned())]);
    assert_eq!(events(&mut editor, b"dr\x10\x10\x0e\x0e\x0eaft\r"), [Edit::Line("draft".to_owned())]);
}

#[test]
fn the_history_is_bounded_and_can_forget() {
    let mut editor = editor();
    for number in 0..=HISTORY_LINES_MAX {
        events(&mut editor, format!("{number}\r").as_bytes());
    }
    assert_eq!(editor.history.lines().len(), HISTORY_LINES_MAX);
    assert_eq!(editor.history.lines()[0], "1");
    editor.forget_last_line();
    assert_eq!(editor.history.lines().last(), Some(&"99"));
}

#[test]
fn a_pasted_text_yields_its_lines_in_order_one_at_a_time() {
    let mut editor = editor();
    let mut rest: &[u8] = b"one\ntwo\nthr";
    assert_eq!(editor.feed(&mut rest), Some(Edit::Echo(b"one\r\n".to_vec())));
    assert_eq!(editor.feed(&mut rest), Some(Edit::Line("one".to_owned())));
    assert_eq!(rest, b"two\nthr");
    assert_eq!(events(&mut editor, rest), [Edit::Line("two".to_owned())]);
    assert_eq!(events(&mut editor, b"ee\n"), [Edit::Line("three".to_owned())]);
}

#[test]
fn hidden_typing_is_neither_echoed_nor_remembered_nor_printed() {
    let mut editor = editor();
    let mut rest: &[u8] = b"login\rhunter\x1b[D\x7f\t\x1b[A\x052\r";
    while !matches!(editor.feed(&mut rest), Some(Edit::Line(_))) {}
    editor.begin("Password: ", Echo::Hidden);
    let edits = say(&mut editor, &[rest]);
    assert_eq!(edits, [Edit::Echo(b"\r\n".to_vec()), Edit::Secret(Secret::new("huntr2"))]);
    assert!(!format!("{edits:?}").contains("hunt"));
    assert_eq!(editor.history.lines(), ["login"]);
}

#[test]
fn control_c_drops_the_line_and_control_d_ends_only_an_empty_one() {
    assert_eq!(events(&mut editor(), b"abc\x03d\r"), [Edit::Interrupt, Edit::Line("d".to_owned())]);
    assert_eq!(events(&mut editor(), b"\x04"), [Edit::EndOfInput]);
    assert_eq!(events(&mut editor(), b"a\x04"), []);
}

#[test]
fn the_longest_line_is_taken_and_one_byte_more_is_not() {
    let longest = "x".repeat(LINE_BYTES_MAX);
    check(&format!("{longest}\r"), &longest);
    assert_eq!(
        events(&mut editor(), format!("{longest}x\rok\r").as_bytes()),
        [Edit::TooLong, Edit::Line("ok".to_owned())]
    );
    let wide = "x".repeat(LINE_BYTES_MAX - 1) + "é\r";
    assert_eq!(events(&mut editor(), wide.as_bytes()), [Edit::TooLong]);
}

#[test]
fn megabytes_without_an_end_leave_nothing_behind() {
    let chunk = vec![b'x'; 1 << 16];
    for terminal in [Terminal::None, Terminal::Columns(80)] {
        let mut editor = Editor::new(terminal);
        let echoed: usize = (0..32).map(|_| echoes(&say(&mut editor, &[&chunk])).len()).sum();
        assert!(echoed <= LINE_BYTES_MAX * 2, "{echoed}");
        assert!(editor.buffer.is_empty());
        assert_eq!(events(&mut editor, b"\rok\r"), [Edit::TooLong, Edit::Line("ok".to_owned())]);
    }
}

#[test]
fn without_a_terminal_lines_are_taken_as_they_come() {
    let mut editor = Editor::new(Terminal::None);
    let edits = say(&mut editor, &[b"a\tb\x7f\x03\x1b[A\x04\r\nlast"]);
    assert_eq!(edits, [Edit::Line("a b".to_owned())]);
    assert_eq!(editor.finish(), Some(Edit::Line("last".to_owned())));
    assert_eq!(editor.finish(), None);
}

#[test]
fn a_packet_of_costly_keys_is_echoed_in_bounded_pieces() {
    let mut editor = editor();
    let packet = "x".repeat(1_000) + "\x01" + &"a\x7f".repeat(16_000);
    let mut rest = packet.as_bytes();
    let mut pieces = 0;
    while let Some(edit) = editor.feed(&mut rest) {
        assert!(matches!(edit, Edit::Echo(bytes) if bytes.len() < ECHO_BYTES_MAX + 2 * LINE_BYTES_MAX));
        pieces += 1;
    }
    assert!(pieces > 1 && rest.is_empty());
}

#[test]
fn an_editor_does_not_print_what_was_typed() {
    let mut editor = editor();
    events(&mut editor, b"hunter2");
    assert!(!format!("{editor:?}").contains("hunter2"));
}

fn candidates(list: &[&str]) -> Vec<String> {
    list.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn one_candidate_is_filled_in() {
    let mut editor = editor();
    assert_eq!(events(&mut editor, b"show sta\t"), [Edit::Complete("show sta".to_owned())]);
    editor.complete(&candidates(&["station", "trunk"]));
    assert_eq!(events(&mut editor, b"\r"), [Edit::Line("show station ".to_owned())]);
}

#[test]
fn several_candidates_are_listed_at_the_second_tab() {
    let mut editor = editor();
    let several = candidates(&["station", "status"]);
    events(&mut editor, b"st\t");
    editor.complete(&several);
    assert_eq!(editor.buffer.text(), "stat");
    events(&mut editor, b"\t");
    assert_eq!(editor.complete(&several), b"\x07");
    events(&mut editor, b"\t");
    let listed = String::from_utf8(editor.complete(&several)).expect("UTF-8");
    assert!(listed.contains("station  status\r\n"), "{listed:?}");
    assert!(listed.ends_with("> stat"), "{listed:?}");
}

#[test]
fn candidates_that_do_not_fit_ring() {
    let mut editor = editor();
    events(&mut editor, b"x\t");
    assert_eq!(editor.complete(&candidates(&["station", "x\x1b[2J"])), b"\x07");
    assert_eq!(editor.buffer.text(), "x");
}

proptest! {
    #[test]
    fn what_is_said_does_not_depend_on_how_bytes_are_split(
        bytes in prop::collection::vec(key(), 0..60).prop_map(|keys| keys.concat()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        columns in prop_oneof![Just(Terminal::None), (0u16..30).prop_map(Terminal::Columns)],
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|it| it.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let chunks: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let whole = say(&mut Editor::new(columns), &[&bytes]);
        prop_assert_eq!(say(&mut Editor::new(columns), &chunks), whole);
    }

    #[test]
    fn arbitrary_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        say(&mut editor(), &[&bytes]);
    }

    #[test]
    fn the_screen_shows_the_line_and_the_cursor(
        keys in prop::collection::vec(visible_key(), 0..60),
        columns in 6u16..20,
    ) {
        let mut editor = Editor::new(Terminal::Columns(columns));
        editor.begin("12> ", Echo::Shown);
        let mut bytes = b"12> ".to_vec();
        bytes.extend(echoes(&say(&mut editor, &[&keys.concat()])));
        let shown = screen::Screen::of(&bytes, usize::from(columns));
        let whole = format!("12> {}", editor.buffer.text());
        let expected = screen::Screen::of(whole.as_bytes(), usize::from(columns));
        prop_assert_eq!(shown.text(), expected.text());
        prop_assert_eq!(shown.cursor(), editor.place);
    }
}

/// A key press or a piece of one.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<char>().prop_map(|it| it.to_string().into_bytes()),
        any::<u8>().prop_map(|it| vec![it]),
        prop::sample::select(vec![
            "\r", "\r\n", "\x1b[A", "\x1b[D", "\x1bOH", "\x1b]0;x", "\x7f", "\t", "\x03"
        ])
        .prop_map(|it| it.as_bytes().to_vec()),
    ]
}

/// A key press that stays on the line.
fn visible_key() -> impl Strategy<Value = Vec<u8>> {
    let keys =
        vec!["a", "b c", "世", "\x1b[C", "\x1b[D", "\x1b[D", "\x01", "\x05", "\x7f", "\x04x", "\x17", "\x0b"];
    prop::sample::select(keys).prop_map(|it| it.as_bytes().to_vec())
}
