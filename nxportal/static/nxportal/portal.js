// What a page cannot say in HTML. Every page works without it.
(() => {
  'use strict'
  const notice = document.getElementById('connection')
  const say = (words) => {
    if (notice && notice.textContent !== words) notice.textContent = words || ''
  }
  const byId = (id) => (id ? document.getElementById(id) : null)

  // One click, one request: the buttons of a form rest while it is being sent. data-again lets them be.
  const rest = (form) => {
    form.setAttribute('aria-busy', 'true')
    for (const button of form.elements) {
      if (button.type !== 'submit' || button.disabled) continue
      button.disabled = true
      button.dataset.rests = ''
    }
  }
  const wake = (form) => {
    form.removeAttribute('aria-busy')
    for (const button of form.elements) {
      if (!('rests' in button.dataset)) continue
      button.disabled = false
      delete button.dataset.rests
    }
  }
  const guarded = (form) =>
    form instanceof HTMLFormElement && form.getAttribute('method') === 'post' && !('again' in form.dataset)
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!guarded(form)) return
    if (form.hasAttribute('aria-busy')) {
      event.preventDefault()
      event.stopImmediatePropagation()
    } else if (!form.hasAttribute('hx-post')) {
      // After this turn, so that the pressed button's own name and value are still sent.
      setTimeout(() => event.defaultPrevented || rest(form))
    }
  }, true)
  document.addEventListener('htmx:beforeSend', (event) => guarded(event.detail.elt) && rest(event.detail.elt))
  document.addEventListener('htmx:afterRequest', (event) => guarded(event.detail.elt) && wake(event.detail.elt))
  addEventListener('pageshow', () => document.querySelectorAll('form[aria-busy]').forEach(wake))

  // Filters apply as they are chosen; their button stays for everyone else.
  document.addEventListener('change', (event) => {
    const form = event.target.form
    if (form && 'autosubmit' in form.dataset) form.requestSubmit()
  })

  // A tab nobody looks at does not poll; what was polled is not painted again unless it changed.
  const painted = new Map()
  const polls = (element) => /\bevery\b/.test(element.getAttribute('hx-trigger') || '')
  document.addEventListener('htmx:beforeRequest', (event) => {
    const { elt, requestConfig } = event.detail
    if (document.hidden && polls(elt) && !requestConfig.triggeringEvent) event.preventDefault()
  })
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { xhr, elt, target } = event.detail
    if (!event.detail.shouldSwap || !target.id) return
    const same = painted.get(target.id) === xhr.responseText
    if (same && xhr.status === 200 && polls(elt)) {
      event.detail.shouldSwap = false
      return
    }
    for (const id of painted.keys()) {
      const other = byId(id)
      if (!other || other.contains(target) || target.contains(other)) painted.delete(id)
    }
    painted.set(target.id, xhr.responseText)
  })

  // A wrong form takes the eye and the caret to its first wrong field; a row that went away does not take focus with it.
  let held = null
  document.addEventListener('htmx:beforeSwap', (event) => {
    held = event.detail.target.contains(document.activeElement) ? event.detail.target.id : null
  })
  document.addEventListener('htmx:afterSettle', (event) => {
    const target = byId(event.detail.target.id) || event.detail.target
    if (event.detail.xhr && event.detail.xhr.status === 422) {
      const wrong = target.querySelector('[aria-invalid="true"]') || target.querySelector('.form-errors')
      if (wrong) wrong.focus()
    } else if (held && held === target.id && document.activeElement === document.body) {
      if (!target.hasAttribute('tabindex')) target.setAttribute('tabindex', '-1')
      target.focus({ preventScroll: true })
    }
    held = null
  })

  // Silence is the worst answer: say what happened, until something works again.
  document.addEventListener('htmx:afterRequest', (event) => {
    if (!notice) return
    const status = event.detail.xhr ? event.detail.xhr.status : 0
    if (!status) say(notice.dataset.lost)
    else if (status === 422 || status < 400) say('')
    else if (status === 401 || status === 403) say(notice.dataset.refused)
    else if (status === 404 || status === 410) say(notice.dataset.gone)
    else if (status === 429) say(notice.dataset.slower)
    else say(notice.dataset.failed)
  })
  // A later choice took the place of a request under way: nothing is lost.
  document.addEventListener('htmx:sendAbort', () => notice && say(''))
})()
