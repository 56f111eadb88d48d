/** Who is here, what the sculpture is called, who may do what. */

import { find } from '../dom.js';
import { PeopleList } from '../panels/people.js';
import { ProjectPanel } from '../panels/project.js';
import { t } from '../words.js';
import { on } from './editor.js';

/** @import { Person } from '../../types.js' */
/** @import { Editor } from './editor.js' */
/** @import { Hand } from './hand.js' */
/** @import { View } from './view.js' */

/**
 * @param {Editor} editor @param {Hand} hand @param {View} view
 * @param {() => void} roleChanged one may do more or less than before
 */
export function attachPeople({ facts, link, messages, mayEdit }, hand, view, roleChanged) {
  const list = new PeopleList();
  list.onVisit = (tabs, name) => {
    const theirs = view.shared.newestOf(tabs);
    if (theirs) view.visit(theirs);
    else messages.toast(t('view.fly.none', { name }));
  };
  hand.presence.onSculpting = (client, sculpting) => list.sculpting(client, sculpting);
  const project = new ProjectPanel(
    { name: facts.name, description: facts.description, owner: facts.owner, collaborators: facts.collaborators },
    { edit: mayEdit(), share: facts.role === 'owner' },
    (changes) => link.changeMeta(changes));
  const shown = { project, clients: /** @type {Person[]} */ ([]) };
  const show = () => {
    list.show(shown.clients, [project.meta.owner, ...project.meta.collaborators.map((c) => c.name)]);
    project.here(shown.clients.map((c) => c.name));
  };
  /** A role may change while one is here. */
  const showRole = () => {
    const before = find('.editor').dataset.role;
    find('.editor').dataset.role = link.role;
    project.can.edit = mayEdit();
    project.can.share = link.role === 'owner';
    project.show();
    if (link.role === 'owner') messages.toast(t('editor.became.owner'));
    else if (link.role === 'viewer') messages.toast(t('editor.became.viewer'));
    else messages.toast(before === 'owner' ? t('editor.became.handedOver', { name: project.meta.owner }) : t('editor.became.editor'));
    if (!mayEdit()) hand.sculptor.cancel();
    roleChanged();
  };
  on(link, 'people', (/** @type {{clients: Person[]}} */ { clients }) => {
    shown.clients = clients;
    if (find('.editor').dataset.role !== link.role) showRole();
    hand.color = clients.find((c) => c.you)?.colour ?? hand.color;
    hand.presence.people(clients);
    view.shared.keep(clients.map((c) => c.client));
    show();
  });
  on(link, 'view', (theirs) => view.shared.heard(theirs));
  on(link, 'cursor', (cursor) => hand.presence.moved(cursor));
  on(link, 'meta', ({ changes, name }) => {
    project.applied(changes);
    show();
    if (name !== facts.user.name && changes.name !== undefined) messages.toast(t('editor.renamed', { name, title: changes.name }));
  });
  on(link, 'removed', ({ message }) => {
    hand.sculptor.cancel();
    messages.banner('');
    messages.ended(t('editor.ended.removed'), message);
  });
  return shown;
}
