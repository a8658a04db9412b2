use pbx_auth::Role;
use pbx_cmdline::Echo;
use pbx_estate::Args;
use pbx_kernel::Secret;
use pbx_product::{Does, Item, Menu, Question};

/// Where a caller stands in a text menu.
pub(super) struct Walk {
    /// The menus from the first to the one shown.
    path: Vec<&'static Menu>,
    /// The item whose questions are being asked, and what was answered so far.
    asking: Option<(&'static Item, Args, usize)>,
    /// What is said before the next question, because the last answer was no good.
    remark: &'static str,
    /// The item that runs, as answers are shown by it.
    pub(super) running: String,
}

/// What was typed in a menu.
pub(super) enum Said {
    /// With echo.
    Text(String),
    /// Without.
    Secret(Secret),
}

/// What an answer leads to.
pub(super) enum Step {
    /// The next question.
    Ask(Walk),
    /// The item has all its answers, or the role does not include what it needs.
    Run(Walk, &'static Item, Args),
    /// The first menu was left.
    Left,
}

impl Walk {
    /// The beginning of `menu`.
    pub(super) fn into(menu: &'static Menu) -> Self {
        Self { path: vec![menu], asking: None, remark: "", running: String::new() }
    }

    /// The same menu once an item has run.
    pub(super) fn again(self) -> Self {
        Self { asking: None, remark: "", ..self }
    }

    /// Gives up the questions being asked.
    pub(super) fn give_up(&mut self) {
        self.asking = None;
    }

    /// What to show, what to ask, and whether the answer is seen.
    pub(super) fn ask(&self) -> (String, String, Echo) {
        if let Some(question) = self.question() {
            let hidden = Args::SECRET_NAMES.contains(&question.name);
            let echo = if hidden { Echo::Hidden } else { Echo::Shown };
            return (self.remark.to_owned(), format!("{}: ", question.label), echo);
        }
        let Some(menu) = self.path.last() else { return (String::new(), String::new(), Echo::Shown) };
        let mut text = format!("\n{}\n{}\n", menu.title, "-".repeat(menu.title.len()));
        for (number, item) in menu.items.iter().enumerate() {
            text += &format!("  {}  {}\n", number + 1, item.label);
        }
        text += self.remark;
        (text, "Choice: ".to_owned(), Echo::Shown)
    }

    /// Takes what was said by somebody with `role`.
    pub(super) fn step(mut self, said: Said, role: &Role) -> Step {
        self.remark = "";
        match (self.asking.take(), said) {
            (Some((item, args, asked)), said) => self.answer(item, args, asked, said),
            (None, Said::Text(text)) => self.choose(&text, role),
            (None, Said::Secret(_)) => Step::Ask(self),
        }
    }

    fn choose(mut self, text: &str, role: &Role) -> Step {
        let chosen = text.trim().parse::<usize>().ok().and_then(|it| it.checked_sub(1));
        let item = chosen.and_then(|index| self.path.last()?.items.get(index));
        match item.map(|it| (it, it.does)) {
            None => {
                self.remark = "Type the number of an item.\n";
                Step::Ask(self)
            }
            Some((_, Does::Leave)) => {
                self.path.pop();
                if self.path.is_empty() { Step::Left } else { Step::Ask(self) }
            }
            Some((item, _)) if !role.includes(item.needs) => Step::Run(self, item, Args::default()),
            Some((_, Does::Open(menu))) => {
                self.path.push(menu);
                Step::Ask(self)
            }
            Some((item, Does::Ask { with, .. })) => {
                let args = Args::of(with.iter().copied());
                self.next(item, args, 0)
            }
        }
    }

    fn answer(mut self, item: &'static Item, mut args: Args, asked: usize, said: Said) -> Step {
        let Some(question) = questions(item).get(asked) else { return Step::Ask(self) };
        let text = match &said {
            Said::Text(text) => text.trim(),
            Said::Secret(secret) => secret.expose_secret(),
        };
        if text.is_empty() && !question.optional {
            self.remark = "An answer is needed; Ctrl-C gives up.\n";
            return self.next(item, args, asked);
        }
        if !text.is_empty() {
            args.add(question.name, text);
        }
        self.next(item, args, asked + 1)
    }

    fn next(mut self, item: &'static Item, args: Args, asked: usize) -> Step {
        if asked < questions(item).len() {
            self.asking = Some((item, args, asked));
            Step::Ask(self)
        } else {
            Step::Run(self, item, args)
        }
    }

    fn question(&self) -> Option<&'static Question> {
        let (item, _, asked) = self.asking.as_ref()?;
        questions(item).get(*asked)
    }
}

fn questions(item: &'static Item) -> &'static [Question] {
    match item.does {
        Does::Ask { questions, .. } => questions,
        Does::Open(_) | Does::Leave => &[],
    }
}
