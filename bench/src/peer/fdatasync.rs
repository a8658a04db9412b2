//! The least that durable group commit can cost: append what is queued to one file, fdatasync, acknowledge.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use anyhow::Context;

use crate::stopwatch::Stopwatch;

/// A record to be written, and whom to tell.
struct Record {
    bytes: Vec<u8>,
    durable: SyncSender<()>,
}

/// Appends records of `bytes` to a new file in `folder` as `writers` in parallel, each waiting for its own; returns
/// how many a second became durable.
pub(crate) fn measure(folder: &Path, writers: usize, bytes: usize, load: Duration) -> anyhow::Result<f64> {
    let file = File::create(folder.join("append")).context("cannot make a file to append to")?;
    let (sender, queue) = mpsc::sync_channel(writers);
    let watch = Stopwatch::start();
    let written = thread::scope(|scope| {
        let appender = scope.spawn(move || append(file, &queue));
        for _ in 0..writers {
            let sender = sender.clone();
            scope.spawn(move || write(&sender, bytes, watch, load));
        }
        // The appender ends when the last writer has.
        drop(sender);
        appender.join()
    });
    let written = written.map_err(|_| anyhow::anyhow!("the appender panicked"))??;
    Ok(crate::statistics::float(written) / watch.elapsed().as_secs_f64())
}

fn append(mut file: File, queue: &Receiver<Record>) -> anyhow::Result<usize> {
    let mut written = 0;
    while let Ok(first) = queue.recv() {
        let group: Vec<Record> = std::iter::once(first).chain(queue.try_iter()).collect();
        let bytes: Vec<u8> = group.iter().flat_map(|record| &record.bytes).copied().collect();
        file.write_all(&bytes).context("cannot append")?;
        file.sync_data().context("cannot sync")?;
        written += group.len();
        for record in group {
            // The writer waits for it, or has given up.
            let _ = record.durable.send(());
        }
    }
    Ok(written)
}

fn write(queue: &SyncSender<Record>, bytes: usize, watch: Stopwatch, load: Duration) {
    while watch.elapsed() < load {
        let (durable, told) = mpsc::sync_channel(1);
        if queue.send(Record { bytes: vec![b'x'; bytes], durable }).is_err() || told.recv().is_err() {
            return;
        }
    }
}
