import HTTPTypes
import Hummingbird

/// `/` and what it loads: the read-only page for people. It holds no data, so it needs no key; the questions that it asks do.
func addPageRoutes(_ api: APIRoutes) {
    for file in PageFile.all {
        api.on(.get, file.path, answering: file.contentType) { request, _ in
            var headers = PageSecurity.headers(policy: PageSecurity.page)
            headers[.eTag] = file.entityTag
            // Asked for each time, answered with 304 unless the program has changed.
            headers[.cacheControl] = "no-cache"
            guard !file.matches(request.headers[.ifNoneMatch]) else {
                return Response(status: .notModified, headers: headers)
            }
            headers[.contentType] = file.contentType
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
        }
    }
}
