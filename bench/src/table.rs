use std::io;

/// A table of text: the first column to the left, numbers to the right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    right: &'static [usize],
}

impl Table {
    /// A table below `heads`, with the columns `right` (counted from 0) aligned to the right.
    pub(crate) fn new(heads: &[&str], right: &'static [usize]) -> Self {
        Self { rows: vec![heads.iter().map(|&head| head.to_owned()).collect()], right }
    }

    pub(crate) fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(crate) fn print(&self, out: &mut impl io::Write) -> io::Result<()> {
        let widths = self.widths();
        for (index, row) in self.rows.iter().enumerate() {
            writeln!(out, "{}", self.line(row, &widths))?;
            if index == 0 {
                let rule: Vec<_> = widths.iter().map(|&width| "-".repeat(width)).collect();
                writeln!(out, "{}", rule.join("  "))?;
            }
        }
        Ok(())
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let size = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |it| it.chars().count());
        let width = |column| self.rows.iter().map(|row| size(row, column)).max().unwrap_or_default();
        (0..columns).map(width).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
            if self.right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new(&["what", "value"], &[1]);
        table.add(vec!["a".to_owned(), "1".to_owned()]);
        table.add(vec!["longer".to_owned(), "12345678".to_owned()]);
        let mut out = Vec::new();
        table.print(&mut out).expect("memory takes everything");
        let expected = "what       value\n------  --------\na              1\nlonger  12345678\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
