// Actions: what visitors do in the markup, clicks and forms, told without a line of code in the page.

import { emit } from "./event.js";

// Our choice: documents, data and media that people save; others have the attribute `download`.
const FILE = /\.(pdf|docx?|xlsx?|csv|zip|mp[34])$/i;

export const act = (target, isSubmit) => {
  if (ELEMENTS) {
    // <button data-event="Add to cart" data-event-props='{"size":"L"}'>; a form's event is its submission.
    const marked = target.closest((isSubmit ? "form" : ":not(form)") + "[data-event]");
    if (marked) emit(marked.dataset.event, { props: marked.dataset.eventProps });
  }
  const link = target.closest("a[href]");
  const isFile = DOWNLOADS && link && (link.attributes.download || FILE.test(link.pathname));
  if (FORMS && isSubmit)
    emit("Form: Submission", {
      // Not target.action: a field of that name would hide it.
      props: { path: new URL(target.attributes.action?.value || "", location).pathname },
    });
  else if (/^http/.test(link) && (isFile || (OUTBOUND && link.host != location.host)))
    emit(isFile ? "File Download" : "Outbound Link: Click", {
      props: { url: link.origin + link.pathname }, // a query or fragment may name a person
    });
};
