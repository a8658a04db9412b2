use tokio::sync::watch;

/// Tells every [`Stopping`] of its pair to end.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

/// Learns when to end. Clones learn it too.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

/// A pair: the one who says it and those who listen.
pub fn stopping() -> (Stop, Stopping) {
    let (sender, receiver) = watch::channel(false);
    (Stop(sender), Stopping(receiver))
}

impl Stop {
    /// Says it. Dropping the value says it too.
    pub fn now(&self) {
        self.0.send_replace(true);
    }
}

impl Stopping {
    /// Returns once it was said.
    pub async fn requested(&mut self) {
        // An error means that whoever could have said it is gone: that says it as well.
        let _ = self.0.wait_for(|it| *it).await;
    }
}
