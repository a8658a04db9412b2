use pbx_auth::Principal;
use pbx_estate::{Args, Refusal, Reply};
use pbx_kernel::Timestamp;
use pbx_product::{Command, Run, Screen};

use super::menu::Walk;
use super::{Mode, Output, Terminal, line};
use crate::invoke::{Answer, Done, Invocation};
use crate::{Error, Site};

impl Terminal {
    /// Runs one line of the prompt.
    pub(super) fn line(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        line: &str,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let principal = site.principal(now, &self.session)?;
        if line.trim().is_empty() {
            return self.again(site, now, out);
        }
        match line::parse(site, &principal, line) {
            line::Parsed::Command(command, args) => {
                self.command(site, now, &principal, command, args, line, out)
            }
            line::Parsed::Text(text, refused) => {
                self.write(out, &text);
                if refused {
                    site.note_unknown(now, &principal, &self.session, line)?;
                }
                self.finished(site, now, refused, out)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, straight from the parser")]
    fn command(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        principal: &Principal,
        command: &'static Command,
        args: Args,
        line: &str,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        match command.run {
            Run::Operation(run) => {
                let invocation = Invocation {
                    event: "command.run",
                    name: command.name(),
                    needs: command.needs,
                    run,
                    args,
                    line: Some(line.to_owned()),
                };
                self.invoke(site, now, invocation, out)
            }
            Run::Menu(_) | Run::Help | Run::Leave if !principal.role.includes(command.needs) => {
                let refusal = Refusal::NotPermitted(command.needs.0.to_owned());
                site.note_refused(now, principal, &self.session, &command.name(), &refusal, line)?;
                self.write(out, &(site.product.screen.refuse)(&refusal));
                self.finished(site, now, true, out)
            }
            Run::Menu(menu) if matches!(self.mode, Mode::Prompting(_)) => {
                self.walk(Walk::into(menu), out);
                Ok(())
            }
            Run::Menu(_) => {
                let why = "This opens a menu, which needs a session of its own: log in without a command.";
                self.write(out, &(site.product.screen.refuse)(&Refusal::Conflict(why.to_owned())));
                self.finished(site, now, true, out)
            }
            Run::Help => {
                self.write(out, &line::help(site, principal, args.get("command")));
                self.finished(site, now, false, out)
            }
            Run::Leave => {
                self.exit(0, out);
                Ok(())
            }
        }
    }

    pub(super) fn invoke(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        invocation: Invocation,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let name = invocation.name.clone();
        match &mut self.mode {
            Mode::Executing(running) | Mode::Prompting(running) => *running = name,
            Mode::Walking(walk) => walk.running = name,
            Mode::New => {}
        }
        match site.invoke(now, &self.session, invocation)? {
            Answer::Done(done) => self.done(site, now, done, out),
            Answer::Wait(waiting) => {
                self.busy = true;
                out.push(Output::Wait(waiting));
                Ok(())
            }
        }
    }

    /// Goes on after [`Output::Wait`].
    pub(super) fn waited(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        done: Result<Done, Error>,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        self.busy = false;
        self.done(site, now, done?, out)?;
        self.type_ahead(site, now, out)?;
        if self.ended && !self.busy && !self.over { self.end_of_input(site, now, out) } else { Ok(()) }
    }

    fn done(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        done: Done,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let screen = site.product.screen;
        let Done { result, sequence } = done;
        out.extend(sequence.map(Output::Await));
        let refused = result.is_err();
        let text = match &result {
            Ok(reply) => self.show(screen, reply),
            Err(refusal) => (screen.refuse)(refusal),
        };
        self.write(out, &text);
        self.finished(site, now, refused, out)
    }

    fn show(&self, screen: &Screen, reply: &Reply) -> String {
        let running = match &self.mode {
            Mode::Executing(running) | Mode::Prompting(running) => running.as_str(),
            Mode::Walking(walk) => walk.running.as_str(),
            Mode::New => "",
        };
        (screen.reply)(running, reply)
    }

    /// After an answer: the exit status of the one command, or the prompt or menu again.
    pub(super) fn finished(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        refused: bool,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        if let Mode::Executing(_) = self.mode {
            self.exit(if refused { site.product.screen.refused_status } else { 0 }, out);
            return Ok(());
        }
        self.again(site, now, out)
    }
}
