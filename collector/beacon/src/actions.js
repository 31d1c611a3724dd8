// Actions: what visitors do in the markup, clicks and forms, told without a line of code in the page.

import { emit } from "./page.js";

// Our choice: documents, data, archives, installers, media that people save.
const FILE =
  /\.(pdf|epub|(doc|xls|ppt)x?|rtf|txt|csv|zip|rar|7z|t?gz|exe|msi|dmg|pkg|apk|mp[34]|wav|mov|avi)$/i;

// <button data-event="Add to cart" data-event-size="L">; a form's event is its submission.
export const act = (target, isSubmit) => {
  const marked = target.closest((isSubmit ? "form" : ":not(form)") + "[data-event]");
  if (marked) {
    const props = {};
    for (const { name, value } of marked.attributes)
      if (/^data-event-/.test(name)) props[name.slice(11)] = value;
    emit(marked.dataset.event, { props });
  }
  if (FORMS && isSubmit)
    emit("Form: Submission", {
      // Not target.action: a field of that name would hide it.
      props: { path: new URL(target.getAttribute("action") || "", location).pathname },
    });
  if (!OUTBOUND && !DOWNLOADS) return;
  const link = target.closest("a[href]");
  if (/^http/.test(link)) {
    const isFile = DOWNLOADS && (link.hasAttribute("download") || FILE.test(link.pathname));
    if (isFile || (OUTBOUND && link.host != location.host))
      emit(isFile ? "File Download" : "Outbound Link: Click", {
        props: { url: link.origin + link.pathname }, // a query or fragment may name a person
      });
  }
};
