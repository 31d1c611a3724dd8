// Takes a proof from the address's fragment, which browsers send to nobody, into the forms.
{
  const found = /^#((?:page|consent|claim)=[\w.~=-]{22,})$/.exec(location.hash);
  if (found) {
    for (const input of document.querySelectorAll("input[name=claim]:not([type=hidden])")) input.value = found[1];
    history.replaceState(null, "", location.pathname + location.search);
  }
}
