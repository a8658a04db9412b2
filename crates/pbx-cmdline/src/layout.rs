use unicode_width::UnicodeWidthStr;

/// How many columns `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// One line with each cell at its column, counted from 0. Blanks at the end are left out.
///
/// A cell that runs into the next one pushes it one blank to the right of itself, so that nothing is lost;
/// cells beyond the last start follow one blank apart.
pub fn columns(starts: &[usize], cells: &[impl AsRef<str>]) -> String {
    let mut line = String::new();
    let mut used = 0;
    for (index, cell) in cells.iter().enumerate() {
        let gap = usize::from(index > 0);
        let start = starts.get(index).copied().unwrap_or(0).max(used + gap);
        let cell = plain(cell.as_ref());
        line.extend(std::iter::repeat_n(' ', start - used));
        line.push_str(&cell);
        used = start + width(&cell);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Labels and values in a frame under a title, every line ended by `\n`.
///
/// ```text
/// +- Subscriber --+
/// | Number : 2001 |
/// | Name   : Ada  |
/// +---------------+
/// ```
pub fn boxed(title: &str, rows: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    let title = plain(title);
    let rows: Vec<_> =
        rows.iter().map(|(label, value)| (plain(label.as_ref()), plain(value.as_ref()))).collect();
    let label_width = rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    let lines: Vec<_> = rows
        .iter()
        .map(|(label, value)| format!("{label}{} : {value}", " ".repeat(label_width - width(label))))
        .collect();
    let inner = lines.iter().map(|it| width(it)).chain([width(&title) + 1]).max().unwrap_or(0);
    let head = format!("+- {title} {}+\n", "-".repeat(inner - width(&title) - 1));
    let body = lines.iter().map(|line| format!("| {line}{} |\n", " ".repeat(inner - width(line))));
    let foot = format!("+{}+\n", "-".repeat(inner + 2));
    std::iter::once(head).chain(body).chain([foot]).collect()
}

/// `text` without control characters: `?` stands for each, so that stored data cannot steer a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '?' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_at_their_columns() {
        assert_eq!(columns(&[0, 6, 12], &["2001", "Ada", "on"]), "2001  Ada   on");
        assert_eq!(columns(&[2], &["a", "b"]), "  a b");
        assert_eq!(columns(&[0, 6], &["2001", ""]), "2001");
    }

    #[test]
    fn a_long_cell_pushes_the_next_and_the_one_after_finds_its_column_again() {
        assert_eq!(columns(&[0, 4, 12], &["20010", "Ada", "on"]), "20010 Ada   on");
        assert_eq!(columns(&[0, 4], &["200", "Ada"]), "200 Ada");
        assert_eq!(columns(&[0, 4], &["2001", "Ada"]), "2001 Ada");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(columns(&[0, 6], &["世界", "x"]), "世界  x");
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(columns(&[0], &["a\x1b[2Jb\n"]), "a?[2Jb?");
        assert!(!boxed("\x1b", &[("\r", "\n")]).contains(['\x1b', '\r']));
    }

    #[test]
    fn a_box_is_as_wide_as_its_widest_line() {
        let text = boxed("Subscriber", &[("Number", "2001"), ("Name", "Ada")]);
        let expected = "+- Subscriber --+\n| Number : 2001 |\n| Name   : Ada  |\n+---------------+\n";
        assert_eq!(text, expected);
        let wide = boxed("T", &[("a", "世")]);
        assert!(wide.lines().all(|line| width(line) == width(wide.lines().next().unwrap_or_default())));
        assert_eq!(boxed("Nothing", &[] as &[(&str, &str)]), "+- Nothing +\n+----------+\n");
    }
}
