//! What a pod's ServiceAccount says of its token, where the input has the account.

use std::collections::HashMap;
use std::sync::Arc;

use super::fields::AUTOMOUNT;
use super::{Origin, PodView, Setting};

/// A ServiceAccount of the input.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) path: Arc<str>,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    /// What it says, if it does.
    pub(super) said: Option<Setting>,
}

/// Gives pods that say nothing themselves what their accounts say.
pub(super) fn settle(pods: &mut [PodView], accounts: &[Account]) {
    let mut by_name: HashMap<&str, Vec<&Account>> = HashMap::new();
    for account in accounts {
        by_name.entry(&account.name).or_default().push(account);
    }
    for pod in pods {
        let named = pod.settings.iter().find(|s| s.field == "serviceAccountName").and_then(|s| s.value.as_str());
        let known = named.and_then(|name| by_name.get(name)).map_or(&[][..], Vec::as_slice);
        let Some(said) = nearest(pod, known) else { continue };
        let silent = |s: &&mut Setting| s.field == AUTOMOUNT && s.from == Origin::Default;
        if let Some(setting) = pod.settings.iter_mut().find(silent) {
            match said {
                Ok(Some(said)) => *setting = said,
                Ok(None) => setting.note = Some("its ServiceAccount does not say either".to_owned()),
                Err(()) => setting.note = Some("ServiceAccounts of this name differ in it".to_owned()),
            }
        }
    }
}

/// What the account says that the pod means: of its own namespace, as far as either says which, from the nearest file.
/// `Err` where several are as near and differ.
fn nearest(pod: &PodView, accounts: &[&Account]) -> Option<Result<Option<Setting>, ()>> {
    let of_pod = |account: &&Account| fits(pod, account);
    let nearest = accounts.iter().filter_map(of_pod).max()?;
    let mut said = accounts.iter().filter(|account| fits(pod, account) == Some(nearest)).map(|account| {
        let elsewhere = (account.path != pod.path).then(|| Arc::clone(&account.path));
        account.said.clone().map(|said| Setting { path: elsewhere, ..said })
    });
    let first = said.next()?;
    let value = |said: &Option<Setting>| said.as_ref().map(|said| said.value.clone());
    Some(if said.all(|other| value(&other) == value(&first)) { Ok(first) } else { Err(()) })
}

/// How near an account is that may be the pod's: in namespace, file and directory.
fn fits(pod: &PodView, account: &Account) -> Option<(bool, bool, bool)> {
    let (here, there) = (pod.object.namespace.as_deref(), account.namespace.as_deref());
    let beside = directory(&pod.path) == directory(&account.path);
    let fits = match (here, there) {
        (Some(here), Some(there)) => here == there,
        // Every namespace has an account of this name: only those of one directory are taken for one.
        _ if account.name == "default" => beside && [here, there].into_iter().flatten().all(|n| n == "default"),
        _ => true,
    };
    fits.then(|| (here == there, pod.path == account.path, beside))
}

fn directory(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |end| &path[..end])
}
