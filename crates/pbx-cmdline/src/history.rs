use std::collections::VecDeque;

/// How many lines an editor remembers. A session of thousands shares the machine: 100 lines are at most 100 KiB.
pub const HISTORY_LINES_MAX: usize = 100;

/// Lines typed before, and where in them the caller is looking.
#[derive(Default)]
pub(crate) struct History {
    /// Oldest first.
    lines: VecDeque<String>,
    /// How far back the caller looks: 0 is the draft.
    back: usize,
    /// What was being typed before the caller looked back.
    draft: String,
}

impl History {
    /// Remembers `line`, unless it is blank or a repetition, and looks at the draft again.
    pub(crate) fn push(&mut self, line: &str) {
        self.rest();
        if line.trim().is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == HISTORY_LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// The line before the one on show, which is `shown`.
    pub(crate) fn older(&mut self, shown: &str) -> Option<String> {
        let older = self.lines.len().checked_sub(self.back + 1)?;
        if self.back == 0 {
            shown.clone_into(&mut self.draft);
        }
        self.back += 1;
        self.lines.get(older).cloned()
    }

    /// The line after the one on show, at last the draft.
    pub(crate) fn newer(&mut self) -> Option<String> {
        self.back = self.back.checked_sub(1)?;
        match self.back {
            0 => Some(std::mem::take(&mut self.draft)),
            back => self.lines.get(self.lines.len() - back).cloned(),
        }
    }

    /// Looks at the draft again and forgets it.
    pub(crate) fn rest(&mut self) {
        self.back = 0;
        self.draft.clear();
    }

    /// Forgets the newest line.
    pub(crate) fn forget_last(&mut self) {
        self.rest();
        self.lines.pop_back();
    }

    #[cfg(test)]
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.lines.iter().map(String::as_str).collect()
    }
}
