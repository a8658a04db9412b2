//! The store by itself under power cuts: its own writer and verifier, which look at every row.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::{Disk, example, run_with, skipped};

#[test]
fn the_store_by_itself_keeps_through_power_cuts_what_it_acknowledged() {
    let program = example("pbx-store", "power-cut");
    for round in 0..ROUNDS {
        let disk = match Disk::make(DISK_MEGABYTES) {
            Ok(disk) => disk,
            Err(why) => {
                return skipped("the_store_by_itself_keeps_through_power_cuts_what_it_acknowledged", &why);
            }
        };
        let mut writer = Writer::start(&program, &disk);
        // Another moment each time: every batch is two lines.
        let mut said = writer.listen(300 + 217 * round);
        writer.signal(Signal::STOP);
        let left = disk.after_power_cut();
        writer.kill();
        said.extend(writer.listen(usize::MAX));
        // The last line may be half written; it was written twice.
        said.pop();
        let mut verifier = Command::new(&program);
        verifier.arg("verify").arg(left.path().join("store"));
        let output = run_with(&mut verifier, (said.join("\n") + "\n").as_bytes());
        assert!(output.succeeded(), "round {round}, {} lines: {}", said.len(), output.stderr);
    }
}

/// The running writer; killed when it is dropped.
struct Writer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Writer {
    fn start(program: &Path, disk: &Disk) -> Self {
        let complaints = fs::File::create(disk.path().join("complaints")).expect("a file can be made");
        let mut child = Command::new(program)
            .arg("write")
            .arg(disk.path().join("store"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(complaints)
            .spawn()
            .expect("the writer can be started");
        let lines = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        Self { child, lines }
    }

    /// The next lines it prints, `most` of them or all there are.
    fn listen(&mut self, most: usize) -> Vec<String> {
        self.lines.by_ref().take(most).map_while(Result::ok).collect()
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(id.expect("a child has an id"), signal).expect("a child can be signalled");
    }

    fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The store's own test has more to say; here it is seen to work on this machine.
const ROUNDS: usize = 3;

/// Room for three thousand batches and for what the store keeps free.
const DISK_MEGABYTES: u32 = 256;
